-- The best customers of each city. What is much differs: where there is a shop, people spend more.
local MUCH = {
  Mumbai = 20000,
  Delhi = 18000,
  Bengaluru = 18000,
  Pune = 12000,
}
local MUCH_ELSEWHERE = 8000

return segment {
  name = "City VIPs",
  match = function(c)
    if c.city == "" or c.order_count < 2 then return false end
    local much = MUCH[c.city] or MUCH_ELSEWHERE
    return c.total_spend >= much or has(c.tags, "vip")
  end,
}
