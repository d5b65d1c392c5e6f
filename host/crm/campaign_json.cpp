#include "crm/campaign_json.h"

#include <cmath>

#include "crm/sql.h"
#include "pg/rows.h"

namespace tidings::crm {

Json RuleJson(const std::string& language, std::string_view source) {
  if (language != "json") return source;
  auto tree = ParseJson(source);
  return tree ? *tree : Json(source);
}

double DeliveryRate(int64_t delivered, int64_t failed) {
  constexpr double kPlaces = 10'000;
  if (delivered + failed == 0) return 0;
  return std::round(kPlaces * static_cast<double>(delivered) /
                    static_cast<double>(delivered + failed)) /
         kPlaces;
}

Json CampaignJson(const pg::Rows& rows, int row) {
  int64_t audience = rows.Int(row, 11), delivered = rows.Int(row, 13), failed = rows.Int(row, 14);
  return {{"id", rows.Text(row, 0)},
          {"name", rows.Text(row, 1)},
          {"segment_id", TextOrNull(rows, row, 2)},
          {"language", rows.Text(row, 3)},
          {"rule", RuleJson(std::string(rows.Text(row, 3)), rows.Text(row, 4))},
          {"channel", rows.Text(row, 5)},
          {"subject", rows.Text(row, 6)},
          {"message", rows.Text(row, 7)},
          {"html", rows.Text(row, 8)},
          {"intent", rows.Text(row, 9)},
          {"status", rows.Text(row, 10)},
          {"audience", audience},
          {"pending", audience - delivered - failed},
          {"sent", rows.Int(row, 12)},
          {"delivered", delivered},
          {"failed", failed},
          {"delivery_rate", DeliveryRate(delivered, failed)},
          {"summary", TextOrNull(rows, row, 15)},
          {"summarized_by", TextOrNull(rows, row, 16)},
          {"created_at", TimeOrNull(rows, row, 17)},
          {"launched_at", TimeOrNull(rows, row, 18)},
          {"completed_at", TimeOrNull(rows, row, 19)},
          {"seconds", rows.IsNull(row, 20) ? Json() : Json(rows.Real(row, 20))},
          {"errors", rows.Int(row, 21)},
          {"first_error", rows.Text(row, 22)},
          {"warnings", ParsedOrNull(rows, row, 23)}};
}

}  // namespace tidings::crm
