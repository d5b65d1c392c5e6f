return segment { match = function(c)
return c.name < "M" and c.name:sub(1,1) == "A" and #c.name > 3
end }
