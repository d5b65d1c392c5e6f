// The same customers by SQL and by the sandbox, for random scripts over random customers.
//
// TIDINGS_RULES sets how many scripts are tried (5,000 without it), TIDINGS_SEED which.
#include <algorithm>
#include <cstdlib>
#include <functional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rule/logic.h"
#include "rule/lua_frontend.h"
#include "rule/scratch_customers.h"
#include "rule/scratch_scripts.h"
#include "rule/sql.h"

namespace tidings::rule {
namespace {

using pg::Got;

using Edit = std::function<void(std::string&)>;

// What one way of asking says about each customer.
struct Answers {
  std::vector<bool> chosen, asked, failed;
};

class LuaDifferentialTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { customers_ = new ScratchCustomers; }
  static void TearDownTestSuite() { delete customers_; }

  // `edit` may change the SQL of each of the three conditions.
  static Result<Answers> BySql(const LuaPlan& plan, const Edit& edit = {}) {
    Answers answers;
    TRY_ASSIGN(answers.chosen, BySql(plan.chosen, edit));
    TRY_ASSIGN(answers.asked, BySql(plan.asked, edit));
    TRY_ASSIGN(answers.failed, BySql(plan.failed, edit));
    return answers;
  }

  static Result<std::vector<bool>> BySql(const Node& node, const Edit& edit) {
    if (IsTrue(node) || IsFalse(node)) return std::vector<bool>(kCustomers, IsTrue(node));
    Ways ways = WriteWays(node, kNow);
    TRY_ASSIGN(auto each, BySql(ways.each, edit));
    if (!ways.grouped) return each;
    TRY_ASSIGN(auto grouped, BySql(*ways.grouped, edit));
    if (grouped == each) return each;
    return Fail(Code::kInternal, "both ways differ: " + ways.grouped->from);
  }

  static Result<std::vector<bool>> BySql(Sql sql, const Edit& edit) {
    for (auto* text : {&sql.from, &sql.where}) {
      if (edit) edit(*text);
    }
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

// A translation broken on purpose.
struct Breakage {
  const char* name;
  std::function<void(Node&)> in_tree;  // of each test and group
  std::function<void(std::string&)> in_sql;
};

std::function<void(Node&)> OpFor(Op from, Op to) {
  return [=](Node& node) {
    if (auto* comparison = std::get_if<Comparison>(&node.part)) {
      if (comparison->op == from) comparison->op = to;
    } else if (auto* relation = std::get_if<Relation>(&node.part)) {
      if (relation->op == from) relation->op = to;
    }
  };
}

std::function<void(Node&)> InComparisons(const std::function<void(Comparison&)>& change) {
  return [=](Node& node) {
    if (auto* comparison = std::get_if<Comparison>(&node.part)) change(*comparison);
  };
}

std::function<void(Node&)> InAggregates(const std::function<void(Aggregate&)>& change) {
  return InComparisons([=](Comparison& comparison) {
    if (auto* aggregate = std::get_if<Aggregate>(&comparison.subject.part)) change(*aggregate);
  });
}

std::function<void(std::string&)> TextFor(const std::string& from, const std::string& to) {
  return [=](std::string& sql) {
    for (size_t at = sql.find(from); at != std::string::npos; at = sql.find(from, at + to.size())) {
      sql.replace(at, from.size(), to);
    }
  };
}

void DropCase(Comparison& comparison) {
  auto* call = std::get_if<Call>(&comparison.subject.part);
  bool cases = call != nullptr && (call->function == Call::Function::kLower ||
                                   call->function == Call::Function::kUpper);
  if (!cases) return;
  Expr inner = call->arguments.front();
  comparison.subject = std::move(inner);
}

void MoveTimes(Comparison& comparison) {
  for (Constant& constant : comparison.constants) {
    if (auto* time = std::get_if<Time>(&constant)) *time += Duration(1);
    if (auto* ago = std::get_if<Ago>(&constant)) ago->count += 1;
  }
}

void SwapExtremes(Aggregate& aggregate) {
  using Function = Aggregate::Function;
  if (aggregate.function == Function::kLeast)
    aggregate.function = Function::kMost;
  else if (aggregate.function == Function::kMost)
    aggregate.function = Function::kLeast;
}

std::vector<Breakage> Breakages() {
  return {
      {"< for <=", OpFor(Op::kLessEqual, Op::kLess), {}},
      {">= for >", OpFor(Op::kGreater, Op::kGreaterEqual), {}},
      {"> for <: flipped operands", OpFor(Op::kLess, Op::kGreater), {}},
      {"negation lost", [](Node& node) { node.negated = false; }, {}},
      {"or for and",
       [](Node& node) {
         if (auto* group = std::get_if<Group>(&node.part)) group->any = !group->any;
       },
       {}},
      {"empty text is nil", OpFor(Op::kIsNil, Op::kIsMissing), {}},
      {"a prefix anywhere", OpFor(Op::kBeginsWith, Op::kContains), {}},
      {"a suffix anywhere", OpFor(Op::kEndsWith, Op::kContains), {}},
      {"a part is the whole", OpFor(Op::kContains, Op::kEqual), {}},
      {"a set loses a member",
       InComparisons([](Comparison& comparison) {
         if (comparison.op == Op::kIn) comparison.constants.pop_back();
       }),
       {}},
      {"a moment is off", InComparisons(MoveTimes), {}},
      {"lower and upper lost", InComparisons(DropCase), {}},
      {"number and text confused", OpFor(Op::kIsNumber, Op::kIsText), {}},
      {"the filter of orders lost",
       InAggregates([](Aggregate& aggregate) { aggregate.where.clear(); }),
       {}},
      {"first for last", InAggregates(SwapExtremes), {}},
      {"NULL is false under not", {}, TextFor(" is not true", " is false")},
      {"letters for bytes", {}, TextFor("octet_length(", "char_length(")},
      {"the sum of none is NULL", {}, TextFor("coalesce(", "nullif(")},
      {"a pattern turned round", {}, TextFor(" ~ ", " !~ ")},
      {"division by 0 not caught", {}, TextFor("nullif(", "coalesce(")},
      {"floats for doubles", {}, TextFor("::float8", "::float4")},
  };
}

void Visit(Node& node, const std::function<void(Node&)>& change) {
  if (!change) return;
  if (auto* group = std::get_if<Group>(&node.part)) {
    for (Node& member : group->nodes) Visit(member, change);
  }
  change(node);
}

LuaPlan Broken(LuaPlan plan, const Breakage& breakage) {
  for (Node* node : {&plan.chosen, &plan.asked, &plan.failed}) Visit(*node, breakage.in_tree);
  return plan;
}

// The test above would find it: some rule tells the broken translation from the sandbox.
TEST_F(LuaDifferentialTest, FindsEveryBrokenTranslation) {
  constexpr int kRules = 700;
  Random random(2);
  LuaMaker maker(random);
  std::vector<LuaPlan> plans;
  std::vector<Answers> answers;
  for (int i = 0; i < kRules; ++i) {
    std::string file = LuaMaker::FileOf(maker.Rule());
    plans.push_back(PlanOf(file));
    answers.push_back(BySandbox(Got(Rule::FromLua("it.lua", file, "", {}))));
  }
  for (const Breakage& breakage : Breakages()) {
    bool found = false;
    for (size_t i = 0; i < plans.size() && !found; ++i) {
      auto sql = BySql(Broken(plans[i], breakage), breakage.in_sql);
      found = !sql.has_value() || Compare(*sql, answers[i]).first >= 0;
    }
    EXPECT_TRUE(found) << breakage.name;
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
