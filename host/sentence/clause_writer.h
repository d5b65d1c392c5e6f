// Single clauses of a parsed sentence, as comparisons of a rule.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "sentence/meaning.h"
#include "sentence/values.h"

namespace tidings::sentence {

// Under how many negations a meaning stands.
struct Sign {
  bool here = false;    // it has itself to be negated
  bool around = false;  // it stands in a group that is negated
  bool exact = false;   // the negation was "except": it takes in those who never ordered

  Sign Flipped() const { return {!here, around, exact}; }
};

// Writes the meanings that join nothing: ["spend", bounds], ["quiet", time], ["city", places], ...
// Assumptions and refusals go to the meaning given.
class ClauseWriter {
 public:
  explicit ClauseWriter(Meaning& meaning) : meaning_(meaning) {}

  Json Write(const Json& m, Sign sign);
  // Something that fits where a rule is wanted, and keeps the first reason.
  Json Refuse(const char* code, const std::string& hint);

 private:
  struct Limit {
    std::string op;
    Json value;
    Amount amount;  // the value, or the lower of two
  };
  struct When {
    std::string op;  // as the date of a row stands to `value`; "between" takes two
    Json value;
  };

  bool ReadLimits(const Json& bounds, std::vector<Limit>& limits);
  bool CheckBoth(const std::vector<Limit>& limits);
  static Json Limited(const Json& value, const std::vector<Limit>& limits, Sign sign);
  Json Bounded(const Json& value, const Json& bounds, Sign sign);
  Json Counted(const Json& value, const Json& bounds, Sign sign);
  Json Spend(const Json& m, Sign sign);
  Json Spent(const Json& value, const Json& bounds, Sign sign);
  Json Orders(const Json& m, Sign sign);
  Json Visits(const Json& m, Sign sign);
  static bool IsRecent(const When& when);
  std::optional<When> ReadWhen(const Json& m);
  std::optional<When> ReadAgo(const Json& m);
  std::optional<When> ReadAgoRange(const Json& m);
  static std::optional<When> ReadOnDate(const Json& m);
  static std::optional<When> ReadPeriod(const Json& m);
  static When Between(const Days& first, const Days& last);
  Json Dated(const std::string& field, const Json& when_meaning, Sign sign);
  Json LastOrder(const Json& m, Sign sign);
  Json OrderDate(const Json& m, Sign sign);
  Json Joined(const Json& m, Sign sign);
  Json CustomerSince(const Json& m, Sign sign);
  Json Bought(const Json& m, Sign sign);
  Json Since(const When& when, Sign sign);
  static Json Recent(const When& when);
  Json QuietSince(const When& quiet);
  Json Quiet(const Json& m, Sign sign);
  Json Active(const Json& m, Sign sign);
  Json BoughtOften(const Json& m, Sign sign);
  Json DaysSince(const Json& m, Sign sign);
  Json OrderAmount(const Json& m, Sign sign);
  Json LargestOrder(const Json& m, Sign sign);
  Json AmountOfOrder(const Json& m, Sign sign);
  bool IsOfOneOrder(const Json& m);
  Json Asked(const Json& m, Sign sign);
  Json CountedOrders(const Json& value, const Json& m, Sign sign);
  Json SomeOrder(const Json& m, Sign sign);
  Json Where(const Json& m, size_t first);
  Json Trait(const Json& m);
  Json Placed(const Json& m);
  Json Worth(const Json& m);
  Json Status(const Json& m, Sign sign);
  Json Item(const Json& m, Sign sign);
  Json Sku(const Json& m, Sign sign);
  static Json OfOrder(const char* field, const Json& value, Sign sign);
  static void ListPlaces(const Json& m, Json& cities, bool& both);
  Json City(const Json& m, Sign sign);
  Json SignedCity(const Json& m, Sign sign);
  Json Known(const Json& m, Sign sign);
  Json Text(const Json& m, Sign sign);
  Json Tag(const Json& m, Sign sign);
  Json Attribute(const Json& m, Sign sign);
  Json BoundedAttribute(const Json& m, Sign sign);
  Json Refused(const Json& m, Sign sign);

  Meaning& meaning_;
};

}  // namespace tidings::sentence
