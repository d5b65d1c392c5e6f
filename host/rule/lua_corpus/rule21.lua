-- The best customers by recency, frequency and money: two points for each at most, five of six make
-- a champion. Who has asked not to be flattered is left alone.
local function points(value, good, best)
  return (value >= best and 2) or (value >= good and 1) or 0
end

local function recency(c)
  if not c.last_order_date then return 0 end
  local days = days_since(c.last_order_date)
  return (days <= 30 and 2) or (days <= 90 and 1) or 0
end

return segment {
  name = "Champions",
  match = function(c)
    if has(c.tags, "no-praise") or c.attributes.vip == false then return false end
    local score = recency(c) + points(c.order_count, 5, 10) + points(c.total_spend, 2000, 10000)
    return score >= 5
  end,
}