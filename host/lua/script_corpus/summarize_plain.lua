-- Writes what happened in a campaign, and what one is for, without a model. `task.kind` is "summary"
-- or "intent"; `task.facts` holds the figures.
local function percent(rate) return string.format("%.1f %%", 100 * rate) end

-- 1234567 -> "1,234,567"
local function number(n)
  local digits = string.format("%d", n)
  return (digits:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

-- The groups in which most and fewest of the messages arrived, where that says something.
local function extremes(groups)
  local best, worst
  for _, group in ipairs(groups or {}) do
    if group.rate and (group.audience or 0) >= 10 then
      if not best or group.rate > best.rate then best = group end
      if not worst or group.rate < worst.rate then worst = group end
    end
  end
  if best and best.rate - worst.rate >= 0.01 then return best, worst end
end

local function summary(facts)
  local parts = {}
  local function add(...) parts[#parts + 1] = string.format(...) end

  local sent, delivered = facts.sent or 0, facts.delivered or 0
  local settled = delivered + (facts.failed or 0)
  add("“%s” went to %s customers.", facts.name or "The campaign", number(facts.audience or 0))
  if settled == 0 then
    add("Of %s messages sent, none has been answered for.", number(sent))
  else
    add("%s messages were delivered, %s.", number(delivered), percent(delivered / settled))
  end

  local reason = (facts.reasons or {})[1]
  if reason then
    add("The most frequent reason for failure was %s (%s times).", reason.reason, number(reason.count))
  end
  local best, worst = extremes(facts.groups)
  if best then
    add("Customers with %s %s had the best delivery rate, %s; those with %s %s the worst, %s.",
        best.by, best.label, percent(best.rate), worst.by, worst.label, percent(worst.rate))
  end
  return table.concat(parts, " ")
end

local function intent(facts)
  return string.format("Reach %s: “%s”.", facts.rule or "customers",
                       facts.subject or facts.name or facts.message or "a message")
end

return summarize {
  name = "Plain words",
  write = function(task)
    return task.kind == "intent" and intent(task.facts) or summary(task.facts)
  end,
}
