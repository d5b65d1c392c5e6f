-- Customers whose first order was a whole number of years ago this week: a day to say thank you.
local dates = require "dates"

return segment {
  name = "First-order anniversary",
  match = function(c)
    local first = c.orders:first{status = "completed"}
    return first ~= nil and dates.came_round(first, 7)
  end,
}
