return segment { match = function(c)
local lapsed = c.last_order_date and days_since(c.last_order_date) > 180
return lapsed and (c.total_spend > 5000 or c.visit >= 10)
end }
