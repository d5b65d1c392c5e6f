local SET = {Pune = true, Delhi = true, Goa = false}
local function ok(city) return SET[city] end
return segment { match = function(c) return ok(c.city) and c.visit % 7 == 3 end }