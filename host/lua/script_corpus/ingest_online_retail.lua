-- The UCI retail file knows its customers by number and country alone. A campaign needs somebody to
-- write to, so their names and addresses are derived, in a domain that nobody can own.
return ingest {
  name = "Customers of the online retail file",
  entity = "customer",

  process = function(customer)
    local id = tostring(customer.external_id or ""):match("^%s*(%d+)")
    if not id then return nil, "no customer number" end

    customer.external_id = id
    customer.name = customer.name or "Customer " .. id
    customer.email = customer.email or "customer-" .. id .. "@example.com"
    customer.city = customer.city or (customer.attributes or {}).country
    return customer
  end,
}
