return segment { match = function(c)
return c.attributes.plan == "gold" and not c.attributes.blocked
end }
