return segment { match = function(c)
  local orders = function(o)
    return o.amount > 500 and any(o.items, function(i) return contains(i.name, "Tea") end)
  end
  return c.orders:any(orders) and between(c.visit, 1, 9) and not missing(c.email)
    and (time.date(c.created_at) >= "2026-01-31" or c.created_at < months_ago(6))
    and c.attributes.plan and c.attributes.plan:sub(1, 2) == "go"
end }
