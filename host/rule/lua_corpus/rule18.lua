return segment { match = function(c)
for _, t in ipairs({"a","b","c"}) do if has(c.tags, t) then return true end end
return false
end }
