#include <algorithm>

#include "rule/mutation.h"
#include "rule/symbolic_interpreter.h"

namespace tidings::rule::symbolic {
namespace {

using lua_syntax::Operator;
using Kind = Outcome::Kind;

Formula Exactly(bool holds) { return Formula::Exactly(holds ? True() : False()); }

// Whether an outcome is an error: known, but where only Lua can say.
Formula FailureOf(const Outcome& outcome) {
  if (outcome.kind == Kind::kUnsayable) return Formula::Unknown();
  return Exactly(outcome.kind == Kind::kRaised);
}

Formula TruthOfOutcome(const Outcome& outcome) {
  if (outcome.kind == Kind::kUnsayable) return Formula::Unknown();
  return outcome.kind == Kind::kRaised ? Exactly(false) : TruthOf(outcome.value);
}

bool IsBoolean(const Value& value) { return value.As<bool>() || value.As<Truth>(); }

// What a way comes to, where booleans are all of one class.
Value ClassOf(const Outcome& outcome) {
  if (outcome.kind == Kind::kUnsayable) return {Unknown{}};
  return IsBoolean(outcome.value) ? Value{true} : outcome.value;
}

bool IsOfClass(const Outcome& outcome, const Value& value) {
  return outcome.kind != Kind::kRaised && IsSame(ClassOf(outcome), value);
}

Formula TruthOfBoolean(const Outcome& outcome) {
  bool boolean = outcome.kind == Kind::kValue && IsBoolean(outcome.value);
  return boolean ? TruthOf(outcome.value) : Exactly(false);
}

// The different values that the ways come to, each with the condition under which it is the one.
void Classify(Explorer::Exploration& exploration) {
  auto& classes = exploration.classes;
  for (const auto& way : exploration.ways) {
    if (way.outcome.kind == Kind::kRaised) continue;
    Value value = ClassOf(way.outcome);
    bool known = std::any_of(classes.begin(), classes.end(),
                             [&](const auto& entry) { return IsSame(entry.first, value); });
    if (!known) classes.emplace_back(std::move(value), Exactly(true));
  }
  for (size_t i = 0; i + 1 < classes.size(); ++i) {
    classes[i].second = Explorer::Fold(exploration.ways, [&](const Outcome& outcome) {
      return Exactly(IsOfClass(outcome, classes[i].first));
    });
  }
}

// The first error that some way comes to.
Raised FirstError(const std::vector<Explorer::Way>& ways) {
  for (const auto& way : ways) {
    if (way.outcome.kind == Kind::kRaised) return {way.outcome.line, way.outcome.why};
  }
  return {0, "an error that only Lua knows"};
}

const lua_syntax::Binary* AsLogic(const lua_syntax::Expression& expression) {
  auto* binary = std::get_if<lua_syntax::Binary>(&expression.part);
  bool logic = binary && (binary->op == Operator::kAnd || binary->op == Operator::kOr);
  return logic ? binary : nullptr;
}

const lua_syntax::Unary* AsNot(const lua_syntax::Expression& expression) {
  auto* unary = std::get_if<lua_syntax::Unary>(&expression.part);
  return unary && unary->op == Operator::kNot ? unary : nullptr;
}

}  // namespace

// Forks where the answer differs from customer to customer.
bool Interpreter::Test(const Expression& condition, Frame& frame) {
  if (auto judgement = TryJudge(condition, frame)) {
    if (explorer_.Decide(judgement->fails)) throw Raised{condition.place.line, "an error"};
    return explorer_.Decide(judgement->holds);
  }
  if (auto* inside = std::get_if<lua_syntax::Parenthesis>(&condition.part)) {
    return Test(*inside->inside, frame);
  }
  if (auto* negation = AsNot(condition)) return !Test(*negation->operand, frame);
  if (auto* logic = AsLogic(condition)) {
    bool left = Test(*logic->left, frame);
    return left == (logic->op == Operator::kAnd) ? Test(*logic->right, frame) : left;
  }
  return explorer_.Decide(TruthOf(Evaluate(condition, frame)));
}

Formula Interpreter::Judge(const Expression& expression, Frame& frame) {
  auto judgement = TryJudge(expression, frame);
  if (!judgement) return Exactly(Test(expression, frame));
  if (explorer_.Decide(judgement->fails)) throw Raised{expression.place.line, "an error"};
  return judgement->holds;
}

// Nothing where finding out changes what others see, so that it has to be done way by way.
std::optional<Judgement> Interpreter::TryJudge(const Expression& expression, Frame& frame) {
  if (auto* inside = std::get_if<lua_syntax::Parenthesis>(&expression.part)) {
    return TryJudge(*inside->inside, frame);
  }
  auto* logic = AsLogic(expression);
  auto* negation = AsNot(expression);
  if (!logic && !negation) {
    return JudgeByRunning([&] { return EvaluateForTruth(expression, frame); });
  }
  auto found = explorer_.Recall([&] {
    auto judgement = logic ? TryJudgeBoth(*logic, frame) : TryJudgeNot(*negation, frame);
    Explorer::Exploration exploration{.changed = !judgement};
    if (judgement) exploration.holds = judgement->holds, exploration.fails = judgement->fails;
    return std::make_shared<Explorer::Exploration>(std::move(exploration));
  });
  if (found->changed) return std::nullopt;
  return Judgement{*found->holds, *found->fails};
}

std::optional<Judgement> Interpreter::TryJudgeNot(const lua_syntax::Unary& negation, Frame& frame) {
  auto judgement = TryJudge(*negation.operand, frame);
  if (judgement) judgement->holds = And(Not(judgement->holds), Not(judgement->fails));
  return judgement;
}

// The right side counts, with its errors, only where the left one does not decide.
std::optional<Judgement> Interpreter::TryJudgeBoth(const lua_syntax::Binary& binary, Frame& frame) {
  bool both = binary.op == Operator::kAnd;
  auto left = TryJudge(*binary.left, frame);
  if (!left) return left;
  Formula open = both ? left->holds : And(Not(left->holds), Not(left->fails));
  if (IsFalse(open.perhaps)) return left;
  size_t facts = explorer_.facts();
  explorer_.Assume(open);
  auto right = TryJudge(*binary.right, frame);
  explorer_.Forget(facts);
  if (!right) return right;
  // Where the left side of an `or` holds, it does not matter what the right side would say.
  Formula reached = both ? And(open, right->holds) : And(Not(left->fails), right->holds);
  if (!both && IsBroken(Mutation::kErrorOfOrDropped)) right->fails = Exactly(false);
  return Judgement{both ? reached : Or(left->holds, reached),
                   Or(left->fails, And(open, right->fails))};
}

std::optional<Judgement> Interpreter::JudgeByRunning(const std::function<Value()>& step) {
  auto exploration = explorer_.Explore(step);
  if (exploration->changed) return std::nullopt;
  if (!exploration->holds) {
    NoteUnsaid(exploration->ways);
    exploration->holds = Explorer::Fold(exploration->ways, TruthOfOutcome);
    exploration->fails = Explorer::Fold(exploration->ways, FailureOf);
  }
  return Judgement{*exploration->holds, *exploration->fails};
}

// A call of which only the truth of the result is wanted lets its `return`s be conditions too.
Value Interpreter::EvaluateForTruth(const Expression& expression, Frame& frame) {
  auto* call = std::get_if<lua_syntax::Call>(&expression.part);
  if (call == nullptr) return Evaluate(expression, frame);
  Value function = Evaluate(*call->function, frame);
  Values arguments = EvaluateAll(call->arguments, frame);
  line_ = expression.place.line;
  auto* closure = function.As<Closure*>();
  Values values = closure ? Run(**closure, std::move(arguments), true)
                          : Call(function, std::move(arguments), expression.place.line);
  return values.empty() ? Value{Nil{}} : std::move(values.front());
}

std::optional<Judgement> Interpreter::Ask(const Value& function, const Values& arguments) {
  int line = line_;
  auto facts = explorer_.HideFacts();
  auto judgement = JudgeByRunning([&]() -> Value {
    auto* closure = function.As<Closure*>();
    Values values = closure ? Run(**closure, arguments, true) : Call(function, arguments, line);
    return values.empty() ? Value{Nil{}} : values.front();
  });
  explorer_.ShowFacts(std::move(facts));
  return judgement;
}

// Runs a step apart, so that ways which come to the same value are one again.
Value Interpreter::Merge(const std::function<Value()>& step) {
  auto exploration = explorer_.Explore(step);
  if (exploration->changed) return step();
  const auto& first = exploration->ways.front().outcome;
  bool one = exploration->ways.size() == 1 && first.kind == Kind::kValue;
  return one ? first.value : MergeWays(*exploration);
}

Value Interpreter::MergeWays(Explorer::Exploration& exploration) {
  if (!exploration.fails) {
    NoteUnsaid(exploration.ways);
    exploration.fails = Explorer::Fold(exploration.ways, FailureOf);
    Classify(exploration);
    bool booleans = std::any_of(exploration.classes.begin(), exploration.classes.end(),
                                [](const auto& entry) { return IsBoolean(entry.first); });
    if (booleans) exploration.holds = Explorer::Fold(exploration.ways, TruthOfBoolean);
  }
  bool fails = explorer_.Decide(*exploration.fails);
  if (fails || exploration.classes.empty()) throw FirstError(exploration.ways);
  for (const auto& [value, condition] : exploration.classes) {
    bool last = &value == &exploration.classes.back().first;
    if (!last && !explorer_.Decide(condition)) continue;
    return IsBoolean(value) ? FromFormula(*exploration.holds) : value;
  }
  return {Unknown{}};
}

void Interpreter::NoteUnsaid(const std::vector<Explorer::Way>& ways) {
  for (const auto& way : ways) {
    if (way.outcome.kind == Kind::kUnsayable) unsaid_.emplace(way.outcome.line, way.outcome.why);
  }
}

// What a call changed is put back after it, as the sandbox does; so each way begins alike.
Judgement Interpreter::Match(const Value& function) {
  auto exploration = explorer_.Explore([&]() -> Value {
    auto* closure = function.As<Closure*>();
    if (closure == nullptr) throw Unsayable{0, "`match` is no function of the file"};
    Values values = Run(**closure, {{Customer{}}}, true);
    return values.empty() ? Value{Nil{}} : values.front();
  });
  NoteUnsaid(exploration->ways);
  return {Explorer::Fold(exploration->ways, TruthOfOutcome),
          Explorer::Fold(exploration->ways, FailureOf)};
}

}  // namespace tidings::rule::symbolic
