return segment { match = function(c)
return has(c.tags, "vip") and #c.tags > 2
end }
