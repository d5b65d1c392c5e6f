// The same customers by SQL and by evaluation in memory, for random rules over random customers.
//
// TIDINGS_RULES sets how many rules are tried (2,000 without it).
#include <cstdlib>
#include <set>

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "rule/decimal.h"
#include "rule/scratch_customers.h"

namespace tidings::rule {
namespace {

// Rules -----------------------------------------------------------------------------------------

std::string Quote(const std::string& text) { return ToLine(Json(text)); }

constexpr const char* kSmall[] = {"0", "1", "2", "3", "99.5", "250", "1000", "-1"};

class RuleMaker {
 public:
  explicit RuleMaker(Random& random) : random_(random) {}

  std::string Make(int depth = 0) {
    if (depth > 3 || random_.Chance(0.55)) return Comparison();
    std::string rules;
    for (uint64_t i = 0, n = random_.Below(4); i < n; ++i)
      rules += std::string(i == 0 ? "" : ",") + Make(depth + 1);
    return std::string("{\"combinator\":\"") + (random_.Chance(0.5) ? "and" : "or") +
           "\",\"not\":" + (random_.Chance(0.3) ? "true" : "false") + ",\"rules\":[" + rules + "]}";
  }

 private:
  std::string Comparison() {
    switch (random_.Below(10)) {
      case 0: return Text();
      case 1: return Number();
      case 2: return Time();
      case 3: return Inactive();
      case 4: return Tags();
      case 5: return Orders();
      case 6: return Items();
      case 7: return Aggregate();
      case 8: return Fields();
      default: return Attribute();
    }
  }

  static std::string Rule(const std::string& field, const std::string& op,
                          const std::string& value) {
    return "{\"field\":" + Quote(field) + ",\"operator\":" + Quote(op) + ",\"value\":" + value +
           "}";
  }

  const char* Op() {
    static constexpr const char* kOps[] = {
        "=", "!=", "<", "<=", ">", ">=", "in", "notIn", "between", "notBetween", "null", "notNull"};
    return Pick(random_, kOps);
  }
  const char* TextOp() {
    static constexpr const char* kOps[] = {"contains",       "beginsWith",       "endsWith",
                                           "doesNotContain", "doesNotBeginWith", "doesNotEndWith"};
    return random_.Chance(0.4) ? Pick(random_, kOps) : Op();
  }

  // What `op` wants, made of values that `one` makes; for between in the right order.
  template <class One, class Below>
  std::string Values(const std::string& op, One one, Below below) {
    bool between = op == "between" || op == "notBetween";
    if (op == "in" || op == "notIn") {
      std::string list;
      for (uint64_t i = 0, n = random_.Below(4); i < n; ++i)
        list += std::string(i == 0 ? "" : ",") + one();
      return "[" + list + "]";
    }
    std::string a = one();
    if (!between) return a;
    std::string b = one();
    return below(b, a) ? "[" + b + "," + a + "]" : "[" + a + "," + b + "]";
  }

  static bool TextBelow(const std::string& a, const std::string& b) {
    return Json::parse(a).get<std::string>() < Json::parse(b).get<std::string>();
  }
  static bool NumberBelow(const std::string& a, const std::string& b) {
    return *Decimal::Parse(a) < *Decimal::Parse(b);
  }

  std::string AnyText() {
    std::string text = Pick(random_, kTexts);
    if (random_.Chance(0.3)) text = text.substr(0, random_.Below(text.size() + 1));
    return IsUtf8(text) ? Quote(text) : "\"x\"";
  }

  std::string Text() {
    static constexpr const char* kFields[] = {"city",  "name",        "email",
                                              "phone", "external_id", "status"};
    std::string op = TextOp();
    return Rule(Pick(random_, kFields), op,
                Values(
                    op, [&] { return AnyText(); }, TextBelow));
  }

  std::string AnyNumber() {
    return random_.Chance(0.5) ? Pick(random_, kSpends) : Pick(random_, kCounts);
  }

  std::string Number() {
    static constexpr const char* kFields[] = {"total_spend", "visit", "order_count"};
    std::string op = Op();
    return Rule(Pick(random_, kFields), op,
                Values(
                    op, [&] { return Quote(AnyNumber()); },
                    [](const std::string& a, const std::string& b) {
                      return NumberBelow(Json::parse(a), Json::parse(b));
                    }));
  }

  std::string AnyTime() {
    static constexpr const char* kAgo[] = {"minutesAgo", "hoursAgo", "daysAgo", "weeksAgo",
                                           "monthsAgo"};
    if (random_.Chance(0.4)) {
      return std::string("{\"") + Pick(random_, kAgo) +
             "\":" + std::to_string(random_.Below(8) * 15) + "}";
    }
    std::string time = FormatTime(RandomTime(random_));
    return Quote(random_.Chance(0.5) ? time.substr(0, 10) : time);
  }

  std::string Time() {
    std::string op = Op();
    if (op == "between" || op == "notBetween") op = "<";
    std::string field = random_.Chance(0.6) ? "last_order_date" : "created_at";
    return Rule(field, op,
                Values(
                    op, [&] { return AnyTime(); }, TextBelow));
  }

  std::string Orders() {
    static constexpr const char* kStatuses[] = {"\"completed\"", "\"PENDING\"", "\"Refunded\""};
    std::string op = Op();
    switch (random_.Below(3)) {
      case 0:
        return Rule("order_status", random_.Chance(0.5) ? "=" : "!=", Pick(random_, kStatuses));
      case 1:
        return Rule("order_amount", op,
                    Values(
                        op, [&] { return Pick(random_, kSpends); }, NumberBelow));
      default: break;
    }
    if (op == "between" || op == "notBetween") op = ">";
    return Rule("order_date", op,
                Values(
                    op, [&] { return AnyTime(); }, TextBelow));
  }

  // Some order, all of them, or what they come to.
  std::string Aggregate() {
    std::string where = "\"where\":" + Orders();
    if (random_.Chance(0.3)) {
      return std::string(R"({"orders":")") + (random_.Chance(0.5) ? "any" : "all") + "\"," + where +
             "}";
    }
    static constexpr const char* kQuestions[] = {"count", "sum", "avg", "min", "max"};
    std::string op = Op();
    return std::string(R"({"orders":")") + Pick(random_, kQuestions) + "\"," +
           (random_.Chance(0.5) ? where + "," : "") + "\"operator\":" + Quote(op) + ",\"value\":" +
           Values(
               op, [&] { return Pick(random_, kSmall); }, NumberBelow) +
           "}";
  }

  std::string Fields() {
    static constexpr const char* kTexts[] = {"name", "city", "email", "phone", "status"};
    static constexpr const char* kNumbers[] = {"total_spend", "visit", "order_count"};
    static constexpr const char* kTimes[] = {"last_order_date", "created_at"};
    static constexpr const char* kOps[] = {"=", "!=", "<", "<=", ">", ">="};
    auto two = [&](const auto& fields) {
      std::string left = Pick(random_, fields), right = Pick(random_, fields);
      return R"({"valueSource":"field","field":")" + left + R"(","operator":")" +
             Pick(random_, kOps) + R"(","value":")" + right + "\"}";
    };
    uint64_t kind = random_.Below(3);
    return kind == 0 ? two(kTexts) : kind == 1 ? two(kNumbers) : two(kTimes);
  }

  std::string Items() {
    std::string op = TextOp();
    return Rule(random_.Chance(0.5) ? "order_item" : "sku", op,
                Values(
                    op, [&] { return Quote(Pick(random_, kTexts)); }, TextBelow));
  }

  std::string Inactive() {
    std::string op = Op();
    auto number = [&] { return std::to_string(random_.Below(200)); };
    return Rule("inactiveDays", op, Values(op, number, NumberBelow));
  }

  std::string Tags() {
    static constexpr const char* kTags[] = {"vip", "VIP", "a,b", "\"q\"", "東京", "", "none"};
    static constexpr const char* kOps[] = {"contains", "doesNotContain", "in", "notIn",
                                           "null",     "notNull",        "="};
    std::string op = Pick(random_, kOps);
    return Rule("tags", op,
                Values(
                    op, [&] { return Quote(Pick(random_, kTags)); }, TextBelow));
  }

  std::string Attribute() {
    static constexpr const char* kFields[] = {"attributes.k", "attributes.k\"'", "attributes.東",
                                              "attributes.none"};
    static constexpr const char* kNumbers[] = {
        "41", "0.1", "9007199254740993", "9007199254740992", "-1e-7", "0", "1e40"};
    std::string op = TextOp();
    bool numbers = random_.Chance(0.4) && std::string(op).find("With") == std::string::npos &&
                   op[0] != 'c' && op[0] != 'd';
    bool flag = random_.Chance(0.2) && (op == "=" || op == "!=");
    if (flag) return Rule(Pick(random_, kFields), op, random_.Chance(0.5) ? "true" : "\"false\"");
    if (numbers)
      return Rule(Pick(random_, kFields), op,
                  Values(
                      op, [&] { return Pick(random_, kNumbers); }, NumberBelow));
    auto text = [&] {
      return random_.Chance(0.3) ? Quote("x") : "\"a" + std::to_string(random_.Below(3)) + "\"";
    };
    return Rule(Pick(random_, kFields), op, Values(op, text, TextBelow));
  }

  Random& random_;
};

// The customers of the test, in the database and as the texts of Matcher::Columns().
class SqlTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { customers_ = new ScratchCustomers; }
  static void TearDownTestSuite() { delete customers_; }

  static std::set<std::string> BySql(const Sql& sql) {
    auto rows = customers_->Select(sql);
    EXPECT_TRUE(rows.has_value()) << sql.from << sql.where << "\n" << rows.error().message;
    std::set<std::string> ids;
    for (int i = 0; rows.has_value() && i < rows->size(); ++i) ids.emplace(rows->Text(i, 0));
    EXPECT_EQ(rows ? static_cast<int>(ids.size()) : 0, rows ? rows->size() : 0);
    return ids;
  }

  static std::set<std::string> BySql(const Rule& rule) {
    auto ways = rule.PushDown(kNow).chosen;
    if (!ways) return {};
    auto ids = BySql(ways->each);
    if (ways->grouped) {
      EXPECT_EQ(ids, BySql(*ways->grouped)) << ways->grouped->from;
    }
    return ids;
  }

  static std::set<std::string> InMemory(const Rule& rule) {
    auto matcher = Got(rule.NewMatcher(kNow, Fields::kAll));
    std::set<std::string> ids;
    for (int i = 0; i < customers_->size(); ++i) {
      if (customers_->Match(*matcher, i)) ids.emplace(customers_->IdAt(i));
    }
    return ids;
  }

  // The first customer whom the two disagree about, for the message.
  static std::string Difference(const std::set<std::string>& sql,
                                const std::set<std::string>& memory) {
    for (int i = 0; i < customers_->size(); ++i) {
      std::string id = customers_->IdAt(i);
      if (sql.contains(id) == memory.contains(id)) continue;
      return (sql.contains(id) ? "only by SQL:" : "only in memory:") + customers_->Shown(i);
    }
    return "";
  }

  static ScratchCustomers* customers_;
};
ScratchCustomers* SqlTest::customers_ = nullptr;

TEST_F(SqlTest, FindsTheCustomersThatEvaluationFinds) {
  const char* wanted = std::getenv("TIDINGS_RULES");
  int count = wanted != nullptr ? std::atoi(wanted) : 2000;
  Random random(wanted != nullptr ? static_cast<uint64_t>(count) : 42);
  RuleMaker maker(random);
  int some = 0;
  for (int i = 0; i < count; ++i) {
    std::string json = maker.Make();
    auto rule = Rule::FromJson(json);
    ASSERT_TRUE(rule.has_value()) << json << "\n" << rule.error().message;
    auto sql = BySql(*rule), memory = InMemory(*rule);
    ASSERT_TRUE(sql == memory) << json << "\n"
                               << rule->ToEnglish() << "\n"
                               << rule->PushDown(kNow).chosen->each.where << "\n"
                               << Difference(sql, memory);
    some += !sql.empty() && sql.size() < kCustomers;
  }
  EXPECT_GT(some, count / 3);  // most rules choose some and not all
}

TEST_F(SqlTest, NegationIsTheExactOpposite) {
  Random random(43);
  RuleMaker maker(random);
  for (int i = 0; i < 300; ++i) {
    std::string json = maker.Make();
    auto rule = Got(Rule::FromJson(json));
    auto opposite =
        Got(Rule::FromJson("{\"combinator\":\"and\",\"not\":true,\"rules\":[" + json + "]}"));
    auto ids = BySql(rule), others = BySql(opposite);
    EXPECT_EQ(ids.size() + others.size(), kCustomers) << json;
    for (const std::string& id : ids) EXPECT_FALSE(others.contains(id)) << json;
  }
}

// A script over the same columns: what it sees is what the database holds.
TEST_F(SqlTest, ScriptsSeeTheSameCustomers) {
  auto script = Got(Rule::FromLua("segment/it.lua", R"(return segment { match = function(c)
    return c.total_spend > 5000 and c.last_order_date and days_since(c.last_order_date) > 90
      and c.city ~= "Pune" and (c.attributes.k == "x" or c.attributes.k == 41 or has(c.tags, "vip"))
  end })",
                                  "", {}));
  auto json = Got(Rule::FromJson(R"({"combinator":"and","rules":[
      {"field":"total_spend","operator":">","value":5000},{"field":"inactive_days","operator":">","value":90},
      {"field":"city","operator":"!=","value":"Pune"},
      {"combinator":"or","rules":[{"field":"attributes.k","operator":"=","value":"x"},
        {"field":"attributes.k","operator":"=","value":41},{"field":"tags","operator":"contains","value":"vip"}]}]})"));
  EXPECT_EQ(InMemory(script), BySql(json));
  EXPECT_FALSE(BySql(json).empty());
}

}  // namespace
}  // namespace tidings::rule
