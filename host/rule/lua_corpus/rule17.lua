return segment { match = function(c)
return (c.city == "a" or c.city == "b" or c.city == c.name) and (c.phone ~= "1" or c.email ~= "2")
end }
