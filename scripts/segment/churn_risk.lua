-- Customers who have been silent for more than twice as long as they usually are between two orders,
-- whatever their rhythm; a year of silence is no risk any more, but a loss.
return segment {
  name = "Churn risk",
  match = function(c)
    local count = c.orders:count{status = "completed"}
    if count < 3 then return false end -- no rhythm yet

    local first = c.orders:first{status = "completed"}
    local last = c.orders:last{status = "completed"}
    local usual = (days_since(first) - days_since(last)) / (count - 1)
    local silent = days_since(last)
    return silent > 14 and silent > 2 * usual and silent < 365
  end,
}
