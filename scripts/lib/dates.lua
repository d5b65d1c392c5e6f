-- Years and months, counted from a time. `local dates = require "dates"`.
local dates = {}

dates.DAY = 86400     -- seconds
dates.YEAR = 365.2425 -- days, on average

-- The moment so many days before now.
function dates.days_ago(days) return now() - days * dates.DAY end

-- Whether the day of `t` came round, for the first to the thirtieth time, in the last `days` days. A
-- leap year may make it a day early or late.
function dates.came_round(t, days)
  for years = 1, 30 do
    local day = dates.days_ago(years * dates.YEAR)
    if t <= day and t > day - days * dates.DAY then return true end
  end
  return false
end

-- The month it is: "03" in March.
function dates.this_month() return time.format(now()):sub(6, 7) end

return dates
