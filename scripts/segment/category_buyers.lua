-- Customers who bought tea in the last year and have never bought a pot to make it in.
local dates = require "dates"

local TEAS = {"Assam Tea", "Darjeeling Tea", "Earl Grey Tea"}
local POTS = {"Teapot", "Samovar"}

local function bought_any(c, items, since)
  for _, item in ipairs(items) do
    if c.orders:any{item = item, status = "completed", since = since} then return true end
  end
  return false
end

return segment {
  name = "Tea without a pot",
  match = function(c)
    return bought_any(c, TEAS, dates.days_ago(365)) and not bought_any(c, POTS)
  end,
}
