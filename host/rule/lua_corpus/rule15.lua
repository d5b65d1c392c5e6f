return segment { match = function(c)
return c.visit + c.order_count > 10 and -c.total_spend < 5 and c.visit * 2 >= 7
end }
