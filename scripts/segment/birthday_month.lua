-- Customers whose birthday is this month, as far as they have told it: `attributes.birthday`, written
-- "1990-05-17".
local contact = require "contact"
local dates = require "dates"

return segment {
  name = "Birthday this month",
  match = function(c)
    local birthday = c.attributes.birthday
    if type(birthday) ~= "string" then return false end
    return birthday:sub(6, 7) == dates.this_month() and contact.reachable(c)
  end,
}
