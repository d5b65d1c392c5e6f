-- Years and months, counted from a time. `local dates = require "dates"`.
local dates = {}

dates.DAY = 86400     -- seconds
dates.YEAR = 365.2425 -- days, on average

-- The moment so many days before now.
function dates.days_ago(days) return now() - days * dates.DAY end

-- Whether the day of `t` came round in the last `days` days, a whole number of years later. A leap
-- year may make it a day early or late.
function dates.came_round(t, days)
  local age = days_since(t)
  local years = math.floor(age / dates.YEAR)
  return years >= 1 and age - years * dates.YEAR < days
end

-- The month it is: "03" in March.
function dates.this_month() return time.format(now()):sub(6, 7) end

return dates
