return segment { match = function(c)
return c.total_spend > 5000
end }
