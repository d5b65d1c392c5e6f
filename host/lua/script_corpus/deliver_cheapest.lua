-- Orders the vendors of a deliver stage for each message: the cheapest first. A message that has
-- failed twice goes to the dearest first, who is dear for a reason. Name it in pipelines.yaml:
--
--   route: deliver/cheapest.lua
--
-- Prices are for a thousand messages; a vendor without one comes last.
local PRICE = {
  deliver_simulated = 0,
  deliver_smtp = 0.10,
  ["deliver/webhook.lua"] = 0.40,
}

return route {
  name = "Cheapest first",

  choose = function(message, vendors)
    local sign = message.attempt > 2 and -1 or 1
    local given = {}
    for i, vendor in ipairs(vendors) do given[vendor] = i end

    table.sort(vendors, function(a, b)
      local price_a, price_b = PRICE[a], PRICE[b]
      if price_a == price_b then return given[a] < given[b] end
      if not price_a or not price_b then return price_a ~= nil end
      return sign * price_a < sign * price_b
    end)
    return vendors
  end,
}
