-- Years and months, counted from a time. `local dates = require "dates"`.
local dates = {}

dates.DAY = 86400     -- seconds
dates.YEAR = 365.2425 -- days, on average

-- The moment so many days before now.
function dates.days_ago(days) return now() - days * dates.DAY end

-- How many whole years ago `t` was.
function dates.years_since(t) return days_since(t) // dates.YEAR end

-- Days since the day of `t` last came round. A leap year may make it a day early or late.
function dates.days_since_anniversary(t) return days_since(t) % dates.YEAR end

-- The month it is: "03" in March.
function dates.this_month() return time.format(now()):sub(6, 7) end

return dates
