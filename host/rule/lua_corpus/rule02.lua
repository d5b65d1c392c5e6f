return segment { match = function(c)
return days_since(c.last_order_date) > 180
end }
