// The same customers by SQL and by the sandbox, for random scripts over random customers.
//
// TIDINGS_RULES sets how many scripts are tried (5,000 without it), TIDINGS_SEED which.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rule/logic.h"
#include "rule/lua_frontend.h"
#include "rule/mutation.h"
#include "rule/scratch_customers.h"
#include "rule/scratch_scripts.h"
#include "rule/sql.h"

namespace tidings::rule {
namespace {

using pg::Got;

// What one way of asking says about each customer.
struct Answers {
  std::vector<bool> chosen, asked, failed;
};

class LuaDifferentialTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { customers_ = new ScratchCustomers; }
  static void TearDownTestSuite() { delete customers_; }

  static Result<Answers> BySql(const LuaPlan& plan) {
    Answers answers;
    TRY_ASSIGN(answers.chosen, BySql(plan.chosen));
    TRY_ASSIGN(answers.asked, BySql(plan.asked));
    TRY_ASSIGN(answers.failed, BySql(plan.failed));
    return answers;
  }

  static Result<std::vector<bool>> BySql(const Node& node) {
    if (IsTrue(node) || IsFalse(node)) return std::vector<bool>(kCustomers, IsTrue(node));
    Ways ways = WriteWays(node, kNow);
    TRY_ASSIGN(auto each, BySql(ways.each));
    if (!ways.grouped) return each;
    TRY_ASSIGN(auto grouped, BySql(*ways.grouped));
    if (grouped == each) return each;
    return Fail(Code::kInternal, "both ways differ: " + ways.grouped->from);
  }

  static Result<std::vector<bool>> BySql(const Sql& sql) {
    TRY_ASSIGN(auto rows, customers_->Select(sql));
    std::vector<bool> found(kCustomers, false);
    for (int i = 0; i < rows.size(); ++i) {
      const Id id = rows.Uuid(i, 0);
      found[static_cast<size_t>(id.bytes[14] * 256 + id.bytes[15]) - 1] = true;
    }
    return found;
  }

  static Answers Nothing() {
    std::vector<bool> none(kCustomers, false);
    return {none, none, none};
  }

  static Answers BySandbox(const Rule& rule) {
    Answers answers = Nothing();
    auto matcher = Got(rule.NewMatcher(kNow, Fields::kAll));
    for (int row = 0; row < customers_->size(); ++row) {
      int64_t errors = matcher->report().errors;
      answers.chosen[row] = customers_->Match(*matcher, row);
      answers.failed[row] = matcher->report().errors > errors;
    }
    return answers;
  }

  // The first customer about whom the split and the sandbox disagree, and how; -1 for none.
  static std::pair<int, const char*> Compare(const Answers& sql, const Answers& lua) {
    for (int row = 0; row < kCustomers; ++row) {
      if (sql.asked[row]) continue;
      if (sql.chosen[row] != lua.chosen[row]) return {row, "is chosen by one only"};
      if (sql.failed[row] != lua.failed[row]) return {row, "is an error for one only"};
    }
    return {-1, nullptr};
  }

  // What the split and the sandbox disagree about; "" where they agree.
  static std::string Disagreement(const std::string& file) {
    auto rule = Rule::FromLua("it.lua", file, "", {});
    if (!rule.has_value()) return "is refused: " + rule.error().message;
    LuaPlan plan = PlanOf(file);
    auto sql = BySql(plan);
    if (!sql.has_value()) return "PostgreSQL: " + sql.error().message;
    Answers lua = BySandbox(*rule);
    Count(plan, lua);
    auto [row, wrong] = Compare(*sql, lua);
    if (row < 0) return "";
    return fmt::format("{} (SQL {}, Lua {}):{}\n{}", wrong, bool(sql->chosen[row]),
                       bool(lua.chosen[row]), customers_->Shown(row),
                       WriteSql(plan.chosen, kNow, OrdersPlan::kEach).where);
  }

  static LuaPlan PlanOf(const std::string& file) {
    return Got(LuaProgram::Parse("it.lua", file, ""))->PlanFor(kNow);
  }

  static void Count(const LuaPlan& plan, const Answers& lua) {
    partly_ += IsFalse(plan.asked) ? 0 : 1;
    wholly_ += IsTrue(plan.asked) ? 1 : 0;
    some_ += std::count(lua.chosen.begin(), lua.chosen.end(), true) > 0;
  }

  // The smallest script that is still wrong.
  static Piece Shrink(Piece rule) {
    for (bool smaller = true; smaller;) {
      smaller = false;
      for (Piece& candidate : Smaller(rule)) {
        if (candidate.Print().size() >= rule.Print().size()) continue;
        if (Disagreement(LuaMaker::FileOf(candidate)).empty()) continue;
        rule = std::move(candidate);
        smaller = true;
        break;
      }
    }
    return rule;
  }

  static int Setting(const char* name, int otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::atoi(text) : otherwise;
  }

  static ScratchCustomers* customers_;
  static int partly_, wholly_, some_;
};
ScratchCustomers* LuaDifferentialTest::customers_ = nullptr;
int LuaDifferentialTest::partly_ = 0;
int LuaDifferentialTest::some_ = 0;
int LuaDifferentialTest::wholly_ = 0;

TEST_F(LuaDifferentialTest, FindsTheCustomersThatTheSandboxFinds) {
  const int count = Setting("TIDINGS_RULES", 5000);
  Random random(static_cast<uint64_t>(Setting("TIDINGS_SEED", 1)));
  LuaMaker maker(random);
  for (int i = 0; i < count; ++i) {
    Piece rule = maker.Rule();
    if (Disagreement(LuaMaker::FileOf(rule)).empty()) continue;
    Piece smallest = Shrink(rule);
    FAIL() << "rule " << i << ":\n"
           << smallest.Print() << "\n"
           << Disagreement(LuaMaker::FileOf(smallest));
  }
  EXPECT_GT(some_, count / 2);         // most rules choose somebody,
  EXPECT_LT(partly_, count * 6 / 10);  // SQL says many of them wholly,
  EXPECT_LT(wholly_, count / 5);       // and something of nearly all
}

// The test above would find it: some rule tells the broken translation from the sandbox.
TEST_F(LuaDifferentialTest, FindsEveryBrokenTranslation) {
  constexpr int kRules = 3000;
  Random random(static_cast<uint64_t>(Setting("TIDINGS_SEED", 2)));
  LuaMaker maker(random);
  std::vector<std::string> files;
  std::vector<Answers> answers;
  auto found_by = [&](int i) {  // whether rule `i` finds it; the rules are made as they are needed
    for (auto next = static_cast<int>(files.size()); next <= i; ++next) {
      Mutation mutation = std::exchange(broken, Mutation::kNone);
      files.push_back(LuaMaker::FileOf(maker.Rule()));
      answers.push_back(BySandbox(Got(Rule::FromLua("it.lua", files.back(), "", {}))));
      broken = mutation;
    }
    auto sql = BySql(PlanOf(files[static_cast<size_t>(i)]));
    return !sql.has_value() || Compare(*sql, answers[static_cast<size_t>(i)]).first >= 0;
  };
  for (int mutation = 1; mutation <= static_cast<int>(Mutation::kLast); ++mutation) {
    Breaking breaking(static_cast<Mutation>(mutation));
    int rule = 0;
    while (rule < kRules && !found_by(rule)) ++rule;
    EXPECT_LT(rule, kRules) << "mutation " << mutation << " is not found";
    RecordProperty("mutation " + std::to_string(mutation), rule);
  }
}

// Shapes that random scripts hardly ever have, and that SQL has words of its own for.
TEST_F(LuaDifferentialTest, SaysWhatRealRulesSay) {
  const char* kBodies[] = {
      "local d = c.last_order_date and days_since(c.last_order_date)\n"
      "for year = 0, 9 do\n"
      "  if d and d >= 365.25 * year and d < 365.25 * year + 120 then return true end\n"
      "end",
      "local d = days_since(c.created_at)\n"
      "for year = 0, 9 do if d > 365 * year and d <= 365 * year + 120 then return false end end\n"
      "return true",
      "local first = c.orders:first{status = 'completed'}\n"
      "for k = 1, 5 do\n"
      "  local d = first and days_since(first) or -1\n"
      "  if d >= 90 * k and d < 90 * k + 45 then return true end\n"
      "end",
      "return c.city:sub(2, 3) == 'un' or c.name:sub(3, 5) == 'o' or c.city:sub(2, 2) == '\\\\'",
      "return c.city:sub(2, 7) == 'une'",
      "return c.orders:any{item = 'x'} or c.orders:any{item = 'Pune', status = 'completed'} or\n"
      "  c.orders:any{item = '100', min_amount = 5000}",
      "return not c.orders:any{item = 'x'} and not c.orders:any{item = 'Pune'} and\n"
      "  c.orders:any{status = 'completed'}",
      "local n = c.orders:count{status = 'completed'}\n"
      "return n >= 1 and days_since(c.orders:last{status = 'completed'}) > 30",
      "return c.orders:count{status = 'completed'} < 1 or c.orders:sum{min_amount = 10} <= 0",
      "return c.orders:count{item = 'x'} < 1 and c.orders:count{item = 'x', min_amount = 1} == 0",
      "return (c.orders:avg{status = 'completed'} or 0) > 100 and c.orders:count() ~= 2",
  };
  for (const char* body : kBodies) {
    std::string file = LuaMaker::FileOf({'S', body, {}});
    EXPECT_EQ(Disagreement(file), "") << body;
    EXPECT_TRUE(IsFalse(PlanOf(file).asked)) << body;
  }
}

// What is left to Lua is left to it for a reason.
TEST_F(LuaDifferentialTest, FindsALostError) {
  std::string file = LuaMaker::FileOf({'S', "return c.email:lower() < 'm'", {}});
  LuaPlan plan = PlanOf(file);
  EXPECT_FALSE(IsFalse(plan.failed));
  plan.failed = False();
  auto rule = Got(Rule::FromLua("it.lua", file, "", {}));
  EXPECT_GE(Compare(*BySql(plan), BySandbox(rule)).first, 0);
}

}  // namespace
}  // namespace tidings::rule
