#include <cmath>

#include "rule/lua_number.h"
#include "rule/symbolic_compare.h"
#include "rule/symbolic_interpreter.h"
#include "rule/symbolic_library.h"

namespace tidings::rule::symbolic {
namespace {

using namespace lua_syntax;  // NOLINT: every statement of it is handled here

constexpr int kMaxCalls = 60;

const Value& ValueAt(const Values& values, size_t index) {
  static const Value kNil{Nil{}};
  return index < values.size() ? values[index] : kNil;
}

std::optional<LuaNumber> ConcreteNumber(const Value& any) {
  Value value = Plain(any);
  if (auto* integer = value.As<int64_t>()) return *integer;
  if (auto* number = value.As<double>()) return *number;
  return std::nullopt;
}

}  // namespace

Values Interpreter::Run(const Closure& closure, Values arguments, bool truth_only) {
  explorer_.Spend();
  if (depth_ >= kMaxCalls) Here().GiveUp("the calls nest too deeply");
  const Function& function = *closure.function;
  Frame frame{&closure, {}, {}, truth_only};
  frame.locals.resize(static_cast<size_t>(function.locals));
  for (int i = 0; i < function.parameters; ++i) {
    NewLocal(frame, i, ValueAt(arguments, static_cast<size_t>(i)));
  }
  for (auto i = static_cast<size_t>(function.parameters); i < arguments.size(); ++i) {
    frame.varargs.push_back(std::move(arguments[i]));
  }
  Entered entered(*this, closure);
  return Execute(function.body, frame).values;
}

// A function is left by its end or by what is thrown.
Interpreter::Entered::Entered(Interpreter& in, const Closure& closure)
    : in_(in), depth_(in.depth_++), file_(in.file_), called_at_(in.called_at_) {
  if (in.file_ == in.main_) in.called_at_ = in.line_;
  in.file_ = closure.file;
}

Interpreter::Entered::~Entered() {
  in_.depth_ = depth_;
  in_.file_ = file_;
  in_.called_at_ = called_at_;
}

void Interpreter::NewLocal(Frame& frame, int index, Value value) {
  cells_.push_back({explorer_.Born(), std::move(value)});
  frame.locals[static_cast<size_t>(index)] = &cells_.back();
}

Interpreter::Flow Interpreter::Execute(const Block& block, Frame& frame) {
  for (const Statement& statement : block) {
    explorer_.Spend();
    line_ = statement.place.line;
    Flow flow = std::visit([&](const auto& part) { return Execute(part, frame); }, statement.part);
    if (flow.kind != Flow::Kind::kOn) return flow;
  }
  return {};
}

Interpreter::Flow Interpreter::Execute(const Declare& part, Frame& frame) {
  Values values = EvaluateAll(part.values, frame);
  for (size_t i = 0; i < part.locals.size(); ++i) {
    NewLocal(frame, part.locals[i], ValueAt(values, i));
  }
  return {};
}

// The function may call itself: its name is in sight before it is made.
Interpreter::Flow Interpreter::Execute(const DeclareFunction& part, Frame& frame) {
  NewLocal(frame, part.local, {Nil{}});
  Value function = Evaluate(*part.function, frame);
  frame.locals[static_cast<size_t>(part.local)]->value = std::move(function);
  return {};
}

Interpreter::Flow Interpreter::Execute(const Assign& part, Frame& frame) {
  Values values = EvaluateAll(part.values, frame);
  for (size_t i = 0; i < part.targets.size(); ++i) {
    Store(*part.targets[i], ValueAt(values, i), frame);
  }
  return {};
}

void Interpreter::Store(const Expression& target, Value value, Frame& frame) {
  int line = target.place.line;
  if (auto* local = std::get_if<Local>(&target.part)) {
    explorer_.Change(*frame.locals[static_cast<size_t>(local->index)], std::move(value));
  } else if (auto* upvalue = std::get_if<Upvalue>(&target.part)) {
    explorer_.Change(*frame.closure->captured[static_cast<size_t>(upvalue->index)],
                     std::move(value));
  } else if (auto* global = std::get_if<Global>(&target.part)) {
    if (frozen_) {
      At(line).AddRemark("writes to the global `" + global->name + "`, which is an error");
      At(line).Raise("writes to a global");
    }
    globals_[global->name] = std::move(value);
  } else {
    const auto& index = std::get<lua_syntax::Index>(target.part);
    Value object = Resolve(At(line), Evaluate(*index.object, frame));
    Value key = Evaluate(*index.key, frame);
    auto* table = object.As<TableObject*>();
    if (table == nullptr && object.As<Unknown>()) At(line).GiveUp("writes to what SQL cannot say");
    if (table == nullptr) At(line).Raise("writes to what is no table");
    SetMember(**table, key, std::move(value), line);
  }
}

Interpreter::Flow Interpreter::Execute(const lua_syntax::Evaluate& part, Frame& frame) {
  EvaluateMany(*part.call, frame);
  return {};
}

Interpreter::Flow Interpreter::Execute(const Do& part, Frame& frame) {
  return Execute(part.body, frame);
}

Interpreter::Flow Interpreter::Execute(const If& part, Frame& frame) {
  for (const If::Branch& branch : part.branches) NoteBranch(branch, false, frame);
  for (const If::Branch& branch : part.branches) {
    if (branch.condition == nullptr || Test(*branch.condition, frame)) {
      NoteBranch(branch, true, frame);
      return Execute(branch.body, frame);
    }
  }
  return {};
}

void Interpreter::NoteBranch(const If::Branch& branch, bool taken, const Frame& frame) {
  if (!frozen_ || frame.closure->file != main_ || branch.body.empty()) return;
  bool& ever = branches_[branch.body.front().place.line];
  ever = ever || taken;
}

Interpreter::Flow Interpreter::Execute(const While& part, Frame& frame) {
  while (Test(*part.condition, frame)) {
    Flow flow = Execute(part.body, frame);
    if (flow.kind == Flow::Kind::kBreak) break;
    if (flow.kind == Flow::Kind::kReturn) return flow;
  }
  return {};
}

Interpreter::Flow Interpreter::Execute(const Repeat& part, Frame& frame) {
  do {
    Flow flow = Execute(part.body, frame);
    if (flow.kind == Flow::Kind::kBreak) break;
    if (flow.kind == Flow::Kind::kReturn) return flow;
  } while (!Test(*part.condition, frame));
  return {};
}

// Counts as Lua does: over integers where first and step are, without running over the end.
Interpreter::Flow Interpreter::Execute(const NumericFor& part, Frame& frame) {
  auto first = ConcreteNumber(Evaluate(*part.first, frame));
  auto last = ConcreteNumber(Evaluate(*part.last, frame));
  auto step = part.step ? ConcreteNumber(Evaluate(*part.step, frame)) : LuaNumber(int64_t{1});
  if (!first || !last || !step) Here().GiveUp("a loop whose bounds are not the same for all");
  if (ToDouble(*step) == 0) Here().Raise("'for' step is zero");
  bool up = ToDouble(*step) > 0;
  for (LuaNumber at = *first; up ? IsLessEqual(at, *last) : IsLessEqual(*last, at);) {
    Value counter = std::visit([](auto number) { return Value{number}; }, at);
    NewLocal(frame, part.local, std::move(counter));
    Flow flow = Execute(part.body, frame);
    if (flow.kind == Flow::Kind::kBreak) break;
    if (flow.kind == Flow::Kind::kReturn) return flow;
    LuaNumber next = *rule::Calculate(Operator::kAdd, at, *step);
    if (up ? IsLessEqual(next, at) : IsLessEqual(at, next)) break;
    at = next;
  }
  return {};
}

Interpreter::Flow Interpreter::Execute(const GenericFor& part, Frame& frame) {
  Values iterator = EvaluateAll(part.values, frame);
  auto* builtin = ValueAt(iterator, 0).As<const Builtin*>();
  bool list = builtin != nullptr && *builtin == IpairsIterator();
  bool members = builtin != nullptr && *builtin == PairsIterator();
  if (!list && !members) return VisitByCalling(part, std::move(iterator), frame);
  return VisitMembers(part, **ValueAt(iterator, 1).As<TableObject*>(), list, frame);
}

Interpreter::Flow Interpreter::VisitMembers(const GenericFor& part, const TableObject& table,
                                            bool list, Frame& frame) {
  for (auto& [key, value] : list ? ListOf(table) : MembersOf(table)) {
    for (size_t i = 0; i < part.locals.size(); ++i) {
      NewLocal(frame, part.locals[i], i == 0 ? key : i == 1 ? value : Value{Nil{}});
    }
    Flow flow = Execute(part.body, frame);
    if (flow.kind == Flow::Kind::kBreak) break;
    if (flow.kind == Flow::Kind::kReturn) return flow;
  }
  return {};
}

Interpreter::Flow Interpreter::VisitByCalling(const GenericFor& part, Values iterator,
                                              Frame& frame) {
  int line = line_;
  Value function = ValueAt(iterator, 0), state = ValueAt(iterator, 1);
  for (Value control = ValueAt(iterator, 2);;) {
    Values values = Call(function, {state, control}, line);
    control = ValueAt(values, 0);
    if (control.IsNil()) return {};
    if (!control.IsConcrete())
      At(line).GiveUp("a loop over what differs from customer to customer");
    for (size_t i = 0; i < part.locals.size(); ++i) {
      NewLocal(frame, part.locals[i], ValueAt(values, i));
    }
    Flow flow = Execute(part.body, frame);
    if (flow.kind == Flow::Kind::kBreak) return {};
    if (flow.kind == Flow::Kind::kReturn) return flow;
  }
}

Interpreter::Flow Interpreter::Execute(const Return& part, Frame& frame) {
  if (!frame.truth_only) return {Flow::Kind::kReturn, EvaluateAll(part.values, frame)};
  if (part.values.empty()) return {Flow::Kind::kReturn, {}};
  return {Flow::Kind::kReturn, {FromFormula(Judge(*part.values.front(), frame))}};
}

Interpreter::Flow Interpreter::Execute(const Break&, Frame&) { return {Flow::Kind::kBreak, {}}; }

Interpreter::Flow Interpreter::Execute(const Jump&, Frame&) {
  Here().GiveUp("`goto`, labels and <close>");
}

}  // namespace tidings::rule::symbolic
