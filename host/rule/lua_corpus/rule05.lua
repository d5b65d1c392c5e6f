return segment { match = function(c)
return 0 < c.visit and c.city == c.name
end }
