return segment { match = function(c)
if c.order_count == 0 then return false end
return c.total_spend / c.order_count > 1000
end }
