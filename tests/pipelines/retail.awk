# Figures of the UCI retail file by a way of its own: no CSV reader, no database. Fields are counted
# from the end of the line, because descriptions hold commas. Prices have three places at most, so
# thousandths are whole numbers and every sum is exact.
#   awk -v now180=2011-06-12T12:50:00 -F, -f retail.awk online_retail.csv
NR == 1 { next }
{
  quantity = $(NF - 4) + 0; price = $(NF - 2); customer = $(NF - 1); date = $(NF - 3)
  if ($1 ~ /^C/) { cancelled++; next }
  if (quantity <= 0) { negative++; next }
  if (price <= 0) { zero++; next }
  if (customer == "") { nobody++; next }
  if ($0 in seen) { duplicated++; next }
  seen[$0] = 1
  thousandths = sprintf("%.0f", price * 1000) * quantity
  total += thousandths; spent[customer] += thousandths
  if (!($1 in order)) { order[$1] = 1; orders++; count[customer]++
    # The date of an order is that of its first line.
    if (date > last[customer]) last[customer] = date }
  items++
}
END {
  for (c in spent) {
    customers++
    if (last[c] < now180 && (spent[c] > 5000000 || count[c] >= 10)) lapsed++
  }
  printf "lines %d\n", NR - 1
  printf "cancelled %d\nnegative %d\nzero %d\nnobody %d\nduplicated %d\n", cancelled, negative, zero, nobody, duplicated
  printf "items %d\norders %d\ncustomers %d\ntotal %.0f\nlapsed %d\n", items, orders, customers, total, lapsed
  split("12347 13047 14911 16446 17850", five, " ")
  for (i in five) printf "customer-%s %.0f %d %s\n", five[i], spent[five[i]], count[five[i]], last[five[i]]
}
