return segment { match = function(c)
return math.floor(days_since(c.created_at)) == 30
end }
