-- Customers who come often, but three times out of four for no more than 500: a coupon moves them.
local dates = require "dates"

return segment {
  name = "Discount seekers",
  match = function(c)
    local since = dates.days_ago(365)
    local all = c.orders:count{status = "completed", since = since}
    local small = c.orders:count{status = "completed", since = since, max_amount = 500}
    return all >= 4 and 4 * small >= 3 * all
  end,
}
