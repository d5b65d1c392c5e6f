return segment { match = function(c)
return c.orders:any{item="Tea", min_amount=100} and not c.orders:any{status="refunded"} and (c.orders:avg() or 0) > 50
end }
