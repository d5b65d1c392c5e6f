// Whether PostgreSQL and the script itself say the same of a Lua rule. The translation of rules is
// tested, but a campaign goes to people: so each audience that SQL makes is checked by sample.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"

namespace tidings::pg {
class Connection;
}
namespace tidings::rule {
class Rule;
}

namespace tidings::crm {

// A customer about whom they differ, and what each says: "belongs", "does not belong" or "fails".
struct Disagreement {
  Id customer;
  std::string sql, script;

  // For people: the rule, the customer and both answers.
  std::string Describe(const std::string& rule) const;
};

// Puts about a thousand customers, from random pages of the table, to both in one snapshot. None
// where they agree, and for rules in JSON. Not within a transaction.
Result<std::optional<Disagreement>> CrossCheck(pg::Connection& connection, const rule::Rule& rule,
                                               Time now);

// Raises the alarm: an error in the log, and one more in the count. Thread-safe.
void ReportDisagreement(const std::string& message);
int64_t DisagreementCount();  // of this process

}  // namespace tidings::crm
