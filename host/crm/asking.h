// Asks the script of a rule about many customers, on every core while PostgreSQL sends more.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"

namespace tidings::pg {
class Transaction;
}
namespace tidings::rule {
class Rule;
struct Sql;
}  // namespace tidings::rule

namespace tidings::crm {

// What the script said: who belongs, in no order; for how many it failed, and the error of the one
// with the lowest id.
struct Asked {
  std::vector<Id> ids;
  int64_t errors = 0;
  std::string first_error;

  void Add(Asked other);
};

// Asks about the customers that `sql` selects. A script that turns out to want fields which its
// text does not name is asked again with all of them.
Result<Asked> AskScript(pg::Transaction& transaction, const rule::Rule& rule, Time now,
                        const rule::Sql& sql);

}  // namespace tidings::crm
