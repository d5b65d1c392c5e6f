return segment { match = function(c)
return c.email and c.email:find("@gmail.com", 1, true)
end }
