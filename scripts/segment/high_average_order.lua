-- Customers whose orders of the last year, three or more, come to 2,500 each on average.
local dates = require "dates"

return segment {
  name = "High average order",
  match = function(c)
    local last_year = {status = "completed", since = dates.days_ago(365)}
    if c.orders:count(last_year) < 3 then return false end
    return c.orders:avg(last_year) >= 2500
  end,
}
