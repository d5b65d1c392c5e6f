-- Regulars of old who have not ordered for three to twelve months, and who may be written to.
local contact = require "contact"

return segment {
  name = "Win back",
  match = function(c)
    if not c.last_order_date then return false end
    local silent = days_since(c.last_order_date)
    return silent > 90 and silent <= 365 and c.order_count >= 4 and contact.reachable(c)
  end,
}
