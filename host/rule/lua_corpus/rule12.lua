return segment { match = function(c)
return c.total_spend > 100 and c.name:gsub("a","b") == "x"
end }
