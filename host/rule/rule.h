// A rule says which customers belong to an audience.
//
//   TRY_ASSIGN(auto rule, rule::Rule::Parse("lua", text, lib, limits));
//   auto pushdown = rule.PushDown(now);
//   pushdown.chosen->each.Select("c.id")                                            these belong
//   if (pushdown.asked) { TRY_ASSIGN(auto matcher, rule.NewMatcher(now)); ... }     and some of
//   these
//
// JSON goes to SQL wholly. Lua is evaluated symbolically: what SQL can say of it, SQL says; about
// the customers for whom it cannot, the script itself decides, in its sandbox. A customer for whom
// the script raises an error does not belong.
//
// In JSON a comparison with a missing value is false, and `not` is the exact opposite: such rules
// are two-valued and never an error. The authored text is kept as the truth; times such as "90 days
// ago" stay relative in the rule and become constants only in PushDown and NewMatcher, by the `now`
// given.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lua/limits.h"
#include "lua/row.h"

namespace tidings::pg {
class Rows;
}

namespace tidings::rule {

struct Node;  // tree.h

// Customers by a condition. Each "$n" carries its cast ("$1::numeric"), so `params` are all passed
// as text, in order; whoever needs more of them adds theirs after these.
struct Sql {
  std::string from;  // "customers c", perhaps joined with what their orders come to; a row for each
  std::string where;  // never NULL, in parentheses where it needs them
  std::vector<std::string> params;

  // "select {columns} from ... where ...": `columns` are of `c`.
  std::string Select(std::string_view columns) const;
};

// The same customers in two ways: by looking up the orders of each, or, where the rule looks at
// orders, by reading all orders once. Which is quicker, the planner knows.
struct Ways {
  Sql each;
  std::optional<Sql> grouped;
};

// What running a Lua rule over many rows came to.
struct MatchReport {
  int64_t rows = 0;
  int64_t matched = 0;
  int64_t errors = 0;       // rows for which the rule raised an error; they do not match
  std::string first_error;  // of the lowest id among those: "customer ID: file:line: ..."
};

// Which fields of customers a Matcher reads: those that the text of the rule names, or all.
enum class Fields { kNamed, kAll };

// Runs a rule over customers, one by one, with a fixed `now`. One thread at a time.
class Matcher {
 public:
  virtual ~Matcher() = default;

  // The select list that Match wants, over `customers c`: the id, then the fields that it reads.
  virtual const std::string& Columns() const = 0;

  // One customer of a result with these columns, text or binary.
  virtual bool Match(const pg::Rows& rows, int row) = 0;
  virtual bool Match(const lua::Row& row) = 0;  // of lua::CustomerRow()

  // The customer whose columns were given last, as long as the result lives.
  virtual lua::Row row() const = 0;

  // Whether the script wanted a field under a name that its text does not spell. What this matcher
  // has said is void then; one with Fields::kAll has to say it.
  virtual bool WantedMore() const = 0;

  virtual const MatchReport& report() const = 0;
};

// A rule made definite by `now`: who belongs by SQL alone, and about whom the script has to be
// asked.
struct Pushdown {
  std::optional<Ways> chosen;  // these belong; none where nobody surely does
  std::optional<Ways> asked;   // a Matcher decides about these; none where SQL says all
  std::optional<Ways> failed;  // the rule raises an error for these; they do not belong
};

// A line of a Lua rule that stays in Lua, and why; line 0 is the rule as a whole.
struct StaysInLua {
  int line;
  std::string why;
};

// What the author of a Lua rule should look at, though it is no mistake as such: a field that may
// be nil where it is compared, a branch that is never taken. Line 0 is the rule as a whole.
struct Remark {
  int line;
  std::string text;
  std::optional<Ways> customers;  // whom it may concern, where it is about customers
};

// One clause of a rule, in the order of the rule.
struct Clause {
  int depth;         // of the group that it stands in; a group comes before its clauses
  std::string text;  // "who have spent more than 5,000", or "all of", "any of"
};

// And whether it holds for one customer.
struct ClauseResult {
  int depth;
  std::string text;
  bool holds;
};

// A value, cheap to copy, safe to share between threads.
class Rule {
 public:
  // Any of the dialects of rule groups (json_frontend.h). Fails with kInvalidArgument; the message
  // names the JSON Pointer of each mistake and what was probably meant.
  static Result<Rule> FromJson(std::string_view text);
  // A segment script. Loads it once to see that it is one; `lib` is where it may `require` from.
  static Result<Rule> FromLua(std::string name, std::string text, const std::filesystem::path& lib,
                              const lua::Limits& limits);
  // language: "json" or "lua".
  static Result<Rule> Parse(std::string_view language, std::string source,
                            const std::filesystem::path& lib, const lua::Limits& limits);

  const std::string& language() const;  // "json" or "lua"
  const std::string& source() const;    // as authored
  const std::string& name() const;      // of a Lua rule; "" for JSON
  const Node* tree() const;             // null where only Lua can decide

  // Whether SQL alone says all of the rule, whatever `now` is.
  bool IsSql() const;

  Pushdown PushDown(Time now) const;

  // For any rule (JSON is evaluated in memory). Fails where a Lua rule does not load.
  Result<std::unique_ptr<Matcher>> NewMatcher(Time now, Fields fields = Fields::kNamed) const;

  // "customers who have spent more than 5,000 and ordered last over 180 days ago". With `now`, the
  // moments that a script works out from it are those of the SQL.
  std::string ToEnglish() const;
  std::string ToEnglish(Time now) const;
  // The same as a tree, clause by clause.
  std::vector<Clause> Clauses(Time now) const;

  // Of a Lua rule: the lines that SQL cannot say, and those that it does.
  std::vector<StaysInLua> InLua() const;
  std::vector<int> InSql() const;

  // In the order of the lines.
  std::vector<Remark> Remarks(Time now) const;

  // Why a customer is in or out, clause by clause, as Clauses has them; where SQL leaves it to the
  // script, its answer is a clause too.
  std::vector<ClauseResult> Explain(const lua::Row& row, Time now) const;

  // For tests of who watches over the translation: this rule in Lua, with SQL that says `sql`.
  Rule Mistranslated(const Node& sql) const;

 private:
  struct State;
  explicit Rule(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace tidings::rule
