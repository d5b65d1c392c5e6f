-- Good customers who have stayed away for half a year: worth a word.
return segment {
  name = "Lapsed big spenders",
  match = function(c)
    local lapsed = c.last_order_date and days_since(c.last_order_date) > 180
    return lapsed and (c.total_spend > 5000 or c.visit >= 10)
  end,
}
