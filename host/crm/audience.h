// Whom a rule chooses: counted and sampled, or written down as the messages of a campaign. Both use
// the very same SQL, and the very same script for what SQL cannot say, so that what is previewed is
// what is sent.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/result.h"

namespace tidings::pg {
class Connection;
class Pool;
}  // namespace tidings::pg
namespace tidings::rule {
class Rule;
struct Sql;
}  // namespace tidings::rule

namespace tidings::crm {

// For whom a rule raised an error: they do not belong. `first_error` is what it said of the one
// with the lowest id, "customer ID: file:line: ...", the same whether SQL or the script found it.
// `warnings`: where PostgreSQL and the script disagree (cross_check.h).

// `count` is exact; `sample` holds up to 10 of the customers as CustomerStore shows them.
struct Preview {
  int64_t count = 0;
  Json sample = Json::array();
  Json groups = Json::array();  // as AudienceGroups has them
  double milliseconds = 0;
  int64_t errors = 0;
  std::string first_error;
  std::vector<std::string> warnings;
};

// How many a rule chooses, exactly, in how long; and for how many it raises an error.
struct Counted {
  int64_t count = 0;
  double milliseconds = 0;
  int64_t errors = 0;
  std::string first_error;
  std::vector<std::string> warnings;
};

// The customers that a rule chose: by `ids`, or where `by_sql` holds, those of ChosenBySql.
struct Matched {
  bool by_sql = false;
  std::vector<Id> ids;  // rising
  int64_t errors = 0;
  std::string first_error;
  std::vector<std::string> warnings;
};

// Finds out who decides, and for whom the rule raises an error. SQL decides where it says all of
// the rule; else the script is asked as MatchAll has it. A sample is put to both, and where they
// disagree, the alarm is raised and the script decides about everybody.
Result<Matched> FindAudience(pg::Connection& connection, const rule::Rule& rule, Time now);

// Who of these customers is in that audience: found in the same way, but always by `ids`.
Result<Matched> FindAmong(pg::Connection& connection, const rule::Rule& rule, Time now,
                          std::span<const Id> customers);

// The customers of a rule that SQL says wholly, in the way that the planner thinks the quicker.
Result<rule::Sql> ChosenBySql(pg::Connection& connection, const rule::Rule& rule, Time now);

// Chooses by SQL, and asks the script about the customers for whom SQL cannot say, all as of one
// moment: in a transaction that only reads, and that lasts as long as the script runs over them.
Result<Matched> MatchAll(pg::Connection& connection, const rule::Rule& rule, Time now);

// Thread-safe as long as each call has its own Rule.
class AudienceStore {
 public:
  explicit AudienceStore(pg::Pool& pool) : pool_(pool) {}

  Result<Preview> PreviewOf(const rule::Rule& rule, Time now);
  // The same count, without the rest.
  Result<Counted> CountOf(const rule::Rule& rule, Time now);

  // About how many a rule chooses, as the planner guesses from its statistics without reading a
  // row; those for whom only the script can say are counted as chosen.
  Result<int64_t> EstimateOf(const rule::Rule& rule, Time now);

 private:
  pg::Pool& pool_;
};

}  // namespace tidings::crm
