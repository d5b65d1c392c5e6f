#include "crm/stored_customer.h"

#include "pg/rows.h"

namespace tidings::crm {
namespace {

constexpr int kColumns = 12;
enum Column {
  kId,
  kExternalId,
  kEmail,
  kPhone,
  kName,
  kCity,
  kStatus,
  kAttributes,
  kTags,
  kSpend,
  kVisit,
  kDate
};

int At(const pg::Rows& rows, Column column) { return rows.columns() - kColumns + column; }

bool SameText(const std::optional<std::string>& said, std::string_view stored) {
  return !said || *said == stored;
}

// PostgreSQL writes jsonb with a blank behind each comma and colon; a record has none.
bool SameJson(std::string_view said, std::string_view stored) {
  bool quoted = false;
  size_t at = 0;
  for (size_t i = 0; i < stored.size(); ++i) {
    char c = stored[i];
    if (c == ' ' && !quoted) continue;
    if (at == said.size() || said[at++] != c) return false;
    if (c == '\\' && quoted) {
      if (++i == stored.size() || at == said.size() || said[at++] != stored[i]) return false;
    } else if (c == '"') {
      quoted = !quoted;
    }
  }
  return at == said.size();
}

bool SameTags(const std::vector<std::string>& said, std::string_view stored) {
  std::string joined;
  for (const auto& tag : said) {
    if (!joined.empty()) joined += '\x01';
    joined += tag;
  }
  return joined == stored;
}

bool SameDate(Time said, std::optional<Time> stored) {
  return said == kNoTime ? !stored : stored == said;
}

}  // namespace

Id StoredId(const pg::Rows& rows, int row) { return rows.Uuid(row, At(rows, kId)); }

PlannedCustomer::Keys StoredKeys(const pg::Rows& rows, int row) {
  return {rows.Text(row, At(rows, kExternalId)), rows.Text(row, At(rows, kEmail)),
          rows.Text(row, At(rows, kPhone))};
}

bool SaysNothingNew(const CustomerRecord& record, const pg::Rows& rows, int row) {
  auto text = [&](Column column) { return rows.Text(row, At(rows, column)); };
  return SameText(record.name, text(kName)) && SameText(record.city, text(kCity)) &&
         SameText(record.status, text(kStatus)) &&
         (!record.attributes || SameJson(*record.attributes, text(kAttributes))) &&
         (!record.tags || SameTags(*record.tags, text(kTags))) &&
         (!record.opening_spend || *record.opening_spend == rows.Amount(row, At(rows, kSpend))) &&
         (!record.opening_visit || *record.opening_visit == rows.Int(row, At(rows, kVisit))) &&
         (!record.opening_last_order_date ||
          SameDate(*record.opening_last_order_date, rows.OptTimestamp(row, At(rows, kDate))));
}

}  // namespace tidings::crm
