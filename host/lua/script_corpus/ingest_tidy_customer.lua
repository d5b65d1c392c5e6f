-- Makes customers regular before they are stored, whatever form they were typed into.
local text = require "text"

-- Nobody reads these: addresses of tests and of throw-away mailboxes.
local NOBODY = {
  ["test.com"] = true, ["mailinator.com"] = true, ["yopmail.com"] = true,
  ["guerrillamail.com"] = true, ["10minutemail.com"] = true,
}

local function is_nobody(email)
  local user, domain = email:match("^(.*)@(.*)$")
  return NOBODY[domain] or user == "test" or domain:match("%.test$") or domain:match("%.invalid$")
end

-- What comes in as text goes out regular; anything else is left to the checks that follow.
local function tidy(record, field, regular)
  local value = record[field]
  if type(value) == "string" and value ~= "" then
    record[field] = regular(value) or value
  end
end

return ingest {
  name = "Tidy customers",
  entity = "customer",

  process = function(customer)
    tidy(customer, "name", text.name)
    tidy(customer, "city", text.name)
    tidy(customer, "phone", text.phone)
    tidy(customer, "email", text.email)

    local email = customer.email
    if type(email) == "string" and email:find("@", 1, true) and is_nobody(email) then
      return nil, "test address " .. email
    end
    return customer
  end,
}
