return segment { match = function(c)
return c.orders:count{status="completed", since=now()-90*86400} >= 2
end }
