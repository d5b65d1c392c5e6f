-- Customers whose first order was a whole number of years ago this week: a day to say thank you.
local dates = require "dates"

return segment {
  name = "First-order anniversary",
  match = function(c)
    local first = c.orders:first{status = "completed"}
    if not first then return false end
    return dates.years_since(first) >= 1 and dates.days_since_anniversary(first) < 7
  end,
}
