#include "bench/hand_written.h"

namespace tidings::bench {
namespace {

const std::string kNow = "timestamptz '2026-03-01Z'";
const std::string kReachable =
    " and c.email is not null and c.status = 'active' and not c.tags @> '{no-mail}'";

std::string DaysAgo(int days) { return kNow + " - interval '" + std::to_string(days) + " days'"; }

// The customers with completed orders that fulfil `where` and, together, `having`.
std::string ByOrders(const std::string& where, const std::string& having) {
  return "customers c join (select customer_id from orders where status = 'COMPLETED'" + where +
         " group by customer_id having " + having + ") o on o.customer_id = c.id where true";
}

// Those who have bought one of these, in completed orders that fulfil `where`.
std::string Buyers(const std::string& items, const std::string& where) {
  return "(select o.customer_id from orders o where o.status = 'COMPLETED'" + where +
         " and exists (select from order_items i where i.customer_id = o.customer_id and"
         " i.order_id = o.id and (i.name in (" +
         items + ") or i.sku in (" + items + "))) group by o.customer_id)";
}

}  // namespace

const std::map<std::string, std::string>& HandWritten() {
  static const std::string kLastYear = " and order_date >= " + DaysAgo(365);
  static const std::map<std::string, std::string> kRules = {
      {"lapsed_big_spenders", "customers c where last_order_date < " + DaysAgo(180) +
                                  " and (total_spend > 5000 or visit >= 10)"},
      {"champions",
       "customers c where not tags @> '{no-praise}' and not attributes @> '{\"vip\": false}' and"
       " case when last_order_date >= " +
           DaysAgo(30) + " then 2 when last_order_date >= " + DaysAgo(90) +
           " then 1 else 0 end"
           " + case when order_count >= 10 then 2 when order_count >= 5 then 1 else 0 end"
           " + case when total_spend >= 10000 then 2 when total_spend >= 2000 then 1 else 0 end >= "
           "5"},
      {"first_order_anniversary",
       "customers c join (select customer_id, extract(epoch from " + kNow +
           " - min(order_date)) /"
           " 86400 as days from orders where status = 'COMPLETED' group by customer_id) o on"
           " o.customer_id = c.id where days >= 365.2425 and mod(days, 365.2425) < 7"},
      {"category_buyers", "customers c join " +
                              Buyers("'Assam Tea', 'Darjeeling Tea', 'Earl Grey Tea'",
                                     " and o.order_date >= " + DaysAgo(365)) +
                              " tea on tea.customer_id = c.id left join " +
                              Buyers("'Teapot', 'Samovar'", "") +
                              " pot on pot.customer_id = c.id where pot.customer_id is null"},
      {"churn_risk",
       ByOrders("", "count(*) >= 3 and " + kNow +
                        " - max(order_date) > greatest(interval '14 days',"
                        " 2 * (max(order_date) - min(order_date)) / (count(*) - 1)) and " +
                        kNow + " - max(order_date) < interval '365 days'")},
      {"win_back", "customers c where last_order_date < " + DaysAgo(90) +
                       " and last_order_date >= " + DaysAgo(365) + " and order_count >= 4" +
                       kReachable},
      {"one_time_buyers", ByOrders("", "count(*) = 1 and max(order_date) between " + DaysAgo(180) +
                                           " and " + DaysAgo(30)) +
                              kReachable},
      {"high_average_order", ByOrders(kLastYear, "count(*) >= 3 and avg(amount) >= 2500")},
      {"birthday_month",
       "customers c where substr(attributes ->> 'birthday', 6, 2) = '03'" + kReachable},
      {"city_vips",
       "customers c where city <> '' and order_count >= 2 and (total_spend >= case city when"
       " 'Mumbai' then 20000 when 'Delhi' then 18000 when 'Bengaluru' then 18000 when 'Pune' then"
       " 12000 else 8000 end or tags @> '{vip}')"},
      {"discount_seekers",
       ByOrders(kLastYear,
                "count(*) >= 4 and 4 * count(*) filter (where amount <= 500) >= 3 * count(*)")},
      {"new_without_order", "customers c where created_at between " + DaysAgo(30) + " and " +
                                DaysAgo(1) + " and order_count = 0" + kReachable},
  };
  return kRules;
}

}  // namespace tidings::bench
