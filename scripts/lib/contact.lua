-- Whether a customer may be written to. `local contact = require "contact"`.
local contact = {}

-- Has an address, is no former customer, and has not asked to be left alone.
function contact.reachable(c)
  return c.email ~= nil and c.status == "active" and not has(c.tags, "no-mail")
end

return contact
