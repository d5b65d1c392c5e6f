return segment { match = function(c)
return c.email:lower():match("@gmail%.com$") ~= nil
end }
