return segment { match = function(c)
return c.attributes.age > 30
end }
