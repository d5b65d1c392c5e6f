return segment { match = function(c)
return c.email == c.phone or c.email ~= c.external_id
end }
