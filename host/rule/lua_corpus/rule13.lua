return segment { match = function(c)
local n = 0
if c.visit > 3 then n = n + 1 end
if c.order_count > 3 then n = n + 1 end
if c.total_spend > 3 then n = n + 1 end
return n >= 2
end }
