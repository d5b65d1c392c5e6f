// The same customers by SQL and by the sandbox, for random scripts over random customers.
//
// TIDINGS_RULES sets how many scripts are tried (5,000 without it), TIDINGS_SEED which.
#include <cstdlib>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rule/logic.h"
#include "rule/lua_frontend.h"
#include "rule/lua_maker.h"
#include "rule/scratch_customers.h"
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
    std::string list = "c.id";
    std::vector<std::string> params;
    for (const Node* node : {&plan.chosen, &plan.asked, &plan.failed}) {
      Sql sql = WriteSql(*node, kNow, static_cast<int>(params.size()) + 1);
      list += ", " + sql.where + " is true";
      params.insert(params.end(), sql.params.begin(), sql.params.end());
    }
    TRY_ASSIGN(auto rows, customers_->Select(list, params));
    Answers answers = Nothing();
    for (int i = 0; i < rows.size(); ++i) {
      auto row =
          static_cast<size_t>(rows.Uuid(i, 0).bytes[14] * 256 + rows.Uuid(i, 0).bytes[15]) - 1;
      answers.chosen[row] = rows.Bool(i, 1);
      answers.asked[row] = rows.Bool(i, 2);
      answers.failed[row] = rows.Bool(i, 3);
    }
    return answers;
  }

  static Answers Nothing() {
    std::vector<bool> none(kCustomers, false);
    return {none, none, none};
  }

  static Answers BySandbox(const Rule& rule) {
    Answers answers = Nothing();
    auto matcher = Got(rule.NewMatcher(kNow));
    for (int row = 0; row < customers_->size(); ++row) {
      int64_t errors = matcher->report().errors;
      answers.chosen[row] = matcher->Match(customers_->RowAt(row));
      answers.failed[row] = matcher->report().errors > errors;
    }
    return answers;
  }

  // What the split and the sandbox disagree about, of the first such customer; "" where they agree.
  static std::string Disagreement(const std::string& file) {
    auto rule = Rule::FromLua("it.lua", file, "", {});
    if (!rule.has_value()) return "is refused: " + rule.error().message;
    LuaPlan plan = Got(LuaProgram::Parse("it.lua", file, ""))->PlanFor(kNow);
    auto sql = BySql(plan);
    if (!sql.has_value()) return "PostgreSQL: " + sql.error().message;
    asked_ += IsFalse(plan.asked) ? 0 : 1;
    whole_ += IsTrue(plan.asked) ? 1 : 0;
    Answers lua = BySandbox(*rule);
    for (int row = 0; row < kCustomers; ++row) {
      if (sql->asked[row]) continue;
      const char* wrong = sql->chosen[row] != lua.chosen[row]   ? "is chosen by one only"
                          : sql->failed[row] != lua.failed[row] ? "is an error for one only"
                                                                : nullptr;
      if (wrong == nullptr) continue;
      return fmt::format("{} (SQL {}/{}, Lua {}/{}):{}\n{}", wrong, bool(sql->chosen[row]),
                         bool(sql->failed[row]), bool(lua.chosen[row]), bool(lua.failed[row]),
                         customers_->Shown(row), WriteSql(plan.chosen, kNow, 1).where);
    }
    some_ += std::count(lua.chosen.begin(), lua.chosen.end(), true) > 0;
    return "";
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
  static int asked_, whole_, some_;
};
ScratchCustomers* LuaDifferentialTest::customers_ = nullptr;
int LuaDifferentialTest::asked_ = 0;
int LuaDifferentialTest::some_ = 0;
int LuaDifferentialTest::whole_ = 0;

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
  EXPECT_GT(some_, count / 2);
  fmt::print("{} rules, {} partly in Lua, {} of them wholly, {} choose somebody\n", count, asked_,
             whole_, some_);
}

}  // namespace
}  // namespace tidings::rule
