-- People who signed up one to thirty days ago, may be written to, and have not ordered yet.
local contact = require "contact"

return segment {
  name = "New, without an order",
  match = function(c)
    local days = days_since(c.created_at)
    local new = days >= 1 and days <= 30
    return new and c.order_count == 0 and contact.reachable(c)
  end,
}
