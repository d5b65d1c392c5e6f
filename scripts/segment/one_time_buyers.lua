-- Customers whose only order is one to six months old: the second one is the hardest to win.
local contact = require "contact"

return segment {
  name = "One-time buyers",
  match = function(c)
    if c.orders:count{status = "completed"} ~= 1 then return false end
    local days = days_since(c.orders:last{status = "completed"})
    return days >= 30 and days <= 180 and contact.reachable(c)
  end,
}
