#include <algorithm>

#include <fmt/format.h>

#include "rule/fields.h"
#include "rule/symbolic_interpreter.h"
#include "rule/symbolic_library.h"
#include "rule/symbolic_number.h"

namespace tidings::rule::symbolic {
namespace {

using lua_syntax::Operator;

Value First(Values values) { return values.empty() ? Value{Nil{}} : std::move(values.front()); }

bool IsNumber(const Value& value) {
  return value.As<int64_t>() || value.As<double>() || value.As<Number>();
}

LuaNumber Concrete(const Value& value) {
  if (auto* integer = value.As<int64_t>()) return *integer;
  return *value.As<double>();
}

Value ValueOf(LuaNumber number) {
  return std::visit([](auto part) { return Value{part}; }, number);
}

std::optional<Op> OrderOf(Operator op) {
  switch (op) {
    case Operator::kLess: return Op::kLess;
    case Operator::kLessEqual: return Op::kLessEqual;
    case Operator::kGreater: return Op::kGreater;
    case Operator::kGreaterEqual: return Op::kGreaterEqual;
    default: return std::nullopt;
  }
}

Value Opposite(const Value& value) { return FromFormula(Not(TruthOf(value))); }

bool IsEverBoolean(const lua_syntax::Expression& expression) {
  if (auto* inside = std::get_if<lua_syntax::Parenthesis>(&expression.part)) {
    return IsEverBoolean(*inside->inside);
  }
  if (auto* unary = std::get_if<lua_syntax::Unary>(&expression.part)) {
    return unary->op == Operator::kNot;
  }
  auto* binary = std::get_if<lua_syntax::Binary>(&expression.part);
  if (binary == nullptr) return std::holds_alternative<bool>(expression.part);
  if (binary->op >= Operator::kEqual && binary->op <= Operator::kGreaterEqual) return true;
  bool logic = binary->op == Operator::kAnd || binary->op == Operator::kOr;
  return logic && IsEverBoolean(*binary->left) && IsEverBoolean(*binary->right);
}

}  // namespace

Value Interpreter::Evaluate(const Expression& expression, Frame& frame) {
  explorer_.Spend();
  int line = expression.place.line;
  if (frozen_ && frame.closure->file == main_) lines_.insert(line);
  const auto& part = expression.part;
  if (std::holds_alternative<lua_syntax::Nil>(part)) return {Nil{}};
  if (auto* flag = std::get_if<bool>(&part)) return {*flag};
  if (auto* integer = std::get_if<int64_t>(&part)) return {*integer};
  if (auto* number = std::get_if<double>(&part)) return {*number};
  if (auto* text = std::get_if<std::string>(&part)) return {*text};
  if (auto* inside = std::get_if<lua_syntax::Parenthesis>(&part)) {
    return Evaluate(*inside->inside, frame);
  }
  if (auto* index = std::get_if<lua_syntax::Index>(&part)) {
    Value object = Evaluate(*index->object, frame);
    return Index(object, Evaluate(*index->key, frame), line);
  }
  if (auto* table = std::get_if<lua_syntax::Table>(&part)) return EvaluateTable(*table, frame);
  if (auto* lambda = std::get_if<lua_syntax::Lambda>(&part)) {
    return MakeClosure(*lambda->function, frame);
  }
  if (std::holds_alternative<lua_syntax::Unary>(part)) return EvaluateUnary(expression, frame);
  if (auto* binary = std::get_if<lua_syntax::Binary>(&part)) {
    bool logic = binary->op == Operator::kAnd || binary->op == Operator::kOr;
    return logic ? EvaluateLogic(expression, frame) : EvaluateBinary(*binary, frame, line);
  }
  bool call = std::holds_alternative<lua_syntax::Call>(part) ||
              std::holds_alternative<lua_syntax::MethodCall>(part);
  if (call) return Merge([&] { return First(EvaluateMany(expression, frame)); });
  return EvaluateName(expression, frame);
}

Value Interpreter::EvaluateName(const Expression& expression, Frame& frame) {
  if (auto* local = std::get_if<lua_syntax::Local>(&expression.part)) {
    Cell* cell = frame.locals[static_cast<size_t>(local->index)];
    return cell != nullptr ? cell->value : Value{Nil{}};
  }
  if (auto* upvalue = std::get_if<lua_syntax::Upvalue>(&expression.part)) {
    return frame.closure->captured[static_cast<size_t>(upvalue->index)]->value;
  }
  if (auto* global = std::get_if<lua_syntax::Global>(&expression.part)) {
    return GlobalNamed(global->name, expression.place.line);
  }
  return First(frame.varargs);
}

Values Interpreter::EvaluateAll(const std::vector<lua_syntax::ExpressionPtr>& list, Frame& frame) {
  Values values;
  for (size_t i = 0; i < list.size(); ++i) {
    if (i + 1 < list.size()) {
      values.push_back(Evaluate(*list[i], frame));
      continue;
    }
    Values last = EvaluateMany(*list[i], frame);
    std::move(last.begin(), last.end(), std::back_inserter(values));
  }
  return values;
}

// A call or `...` may come to several values, or none.
Values Interpreter::EvaluateMany(const Expression& expression, Frame& frame) {
  int line = expression.place.line;
  if (std::holds_alternative<lua_syntax::Varargs>(expression.part)) return frame.varargs;
  if (auto* method = std::get_if<lua_syntax::MethodCall>(&expression.part)) {
    return CallMethod(*method, frame, line);
  }
  auto* call = std::get_if<lua_syntax::Call>(&expression.part);
  if (call == nullptr) return {Evaluate(expression, frame)};
  Value function = Evaluate(*call->function, frame);
  return Call(function, EvaluateAll(call->arguments, frame), line);
}

Values Interpreter::CallMethod(const lua_syntax::MethodCall& call, Frame& frame, int line) {
  Value object = AsText(Resolve(At(line), Evaluate(*call.object, frame)), call.name, line);
  Value function = Index(object, {call.name}, line);
  Values arguments = EvaluateAll(call.arguments, frame);
  arguments.insert(arguments.begin(), std::move(object));
  return Call(function, std::move(arguments), line);
}

// Only a text has methods: an attribute of another kind raises. Those that end in a test are known.
Value Interpreter::AsText(Value object, const std::string& method, int line) {
  auto* attribute = object.As<Attribute>();
  bool tests = method == "find" || method == "match" || method == "sub";
  if (attribute == nullptr || !tests) return object;
  Comparison text{{attribute->field}, Op::kIsText, {}};
  if (explorer_.Decide(Node{false, text})) return {Text{text.subject}};
  At(line).Raise(fmt::format("attempt to call method '{}' of what is no text", method));
}

Values Interpreter::Call(const Value& function, Values arguments, int line) {
  line_ = line;
  if (auto* closure = function.As<Closure*>()) return Run(**closure, std::move(arguments), false);
  if (auto* builtin = function.As<const Builtin*>()) {
    if (!(*builtin)->names_moments) {
      std::transform(arguments.begin(), arguments.end(), arguments.begin(), Plain);
    }
    return (*builtin)->call(*this, arguments);
  }
  if (function.As<Unknown>()) return {At(line).Opaque("a call of what SQL cannot say")};
  At(line).Raise(fmt::format("attempt to call a {} value", KindOf(function)));
}

// `a and b` is one of both values. Where it can only be a boolean, it is a condition.
Value Interpreter::EvaluateLogic(const Expression& expression, Frame& frame) {
  if (IsEverBoolean(expression)) return FromFormula(Judge(expression, frame));
  return Merge([&] {
    const auto& binary = std::get<lua_syntax::Binary>(expression.part);
    Value left = Evaluate(*binary.left, frame);
    bool holds = explorer_.Decide(TruthOf(left));
    if (holds == (binary.op == Operator::kAnd)) return Evaluate(*binary.right, frame);
    // What is known to be neither nil nor false is no longer nullable, and what is not is nil.
    return Resolve(At(expression.place.line), left);
  });
}

Value Interpreter::EvaluateBinary(const lua_syntax::Binary& binary, Frame& frame, int line) {
  Value left = Evaluate(*binary.left, frame), right = Evaluate(*binary.right, frame);
  if (binary.op == Operator::kEqual) return Equal(At(line), left, right);
  if (binary.op == Operator::kNotEqual) return Opposite(Equal(At(line), left, right));
  if (auto order = OrderOf(binary.op)) return Ordered(At(line), left, *order, right);
  left = Plain(left), right = Plain(right);
  if (binary.op == Operator::kConcat) return Concatenate(left, right, line);
  if (binary.op == Operator::kBitwise) return At(line).Opaque("operators on bits");
  return Arithmetic(binary.op, left, right, line);
}

Value Interpreter::EvaluateUnary(const Expression& expression, Frame& frame) {
  const auto& unary = std::get<lua_syntax::Unary>(expression.part);
  int line = expression.place.line;
  if (unary.op == Operator::kNot) return FromFormula(Judge(expression, frame));
  Value value = Plain(Evaluate(*unary.operand, frame));
  if (unary.op == Operator::kLength) return Length(value, line);
  if (unary.op == Operator::kBitwise) return At(line).Opaque("operators on bits");
  if (auto* number = value.As<double>()) return {-*number};
  if (auto* integer = value.As<int64_t>()) {
    return ValueOf(*rule::Calculate(Operator::kSubtract, int64_t{0}, *integer));
  }
  return Arithmetic(Operator::kMultiply, value, {int64_t{-1}}, line);
}

Value Interpreter::Arithmetic(Operator op, const Value& left, const Value& right, int line) {
  Site site = At(line);
  Value a = Resolve(site, left), b = Resolve(site, right);
  for (const Value& value : {a, b}) {
    if (IsNumber(value)) continue;
    bool any = value.As<Unknown>() || value.As<Attribute>() || value.As<Something>() ||
               std::string_view(KindOf(value)) == "string";
    if (any) return site.Opaque("arithmetic on what may be no number");
    site.Raise(fmt::format("attempt to perform arithmetic on a {} value", KindOf(value)));
  }
  if (!a.IsConcrete() || !b.IsConcrete()) return Calculate(site, op, a, b);
  auto result = rule::Calculate(op, Concrete(a), Concrete(b));
  if (!result) site.Raise("attempt to divide a whole number by zero");
  return ValueOf(*result);
}

Value Interpreter::Length(const Value& object, int line) {
  Value value = Resolve(At(line), object);
  if (auto* text = value.As<std::string>()) return {static_cast<int64_t>(text->size())};
  if (auto* text = value.As<Text>()) {
    return {NumberOf({rule::Call{rule::Call::Function::kLength, {text->expr}}})};
  }
  if (value.As<Tags>()) {
    Expr tags{Field{Column::kTags, ""}};
    return {NumberOf({rule::Call{rule::Call::Function::kLength, {std::move(tags)}}})};
  }
  if (value.As<Attributes>()) return {int64_t{0}};
  if (auto* table = value.As<TableObject*>()) return {LengthOf(**table, At(line))};
  bool some = value.As<Unknown>() || value.As<Attribute>() || value.As<Slice>() ||
              value.As<Something>() || value.As<Date>() || value.As<Items>();
  if (some) return At(line).Opaque("the length of what SQL cannot say");
  At(line).Raise(fmt::format("attempt to get length of a {} value", KindOf(value)));
}

Value Interpreter::Concatenate(const Value& left, const Value& right, int line) {
  Site site = At(line);
  Value a = Resolve(site, left), b = Resolve(site, right);
  for (const Value& value : {a, b}) {
    bool fits = IsNumber(value) || std::string_view(KindOf(value)) == "string";
    if (fits) continue;
    if (value.As<Unknown>() || value.As<Attribute>() || value.As<Something>())
      return site.Opaque("`..` with an attribute");
    site.Raise(fmt::format("attempt to concatenate a {} value", KindOf(value)));
  }
  auto* first = a.As<std::string>();
  auto* second = b.As<std::string>();
  if (first && second) return {*first + *second};
  auto text_of = [](const Value& value) -> std::optional<std::string> {
    if (auto* text = value.As<std::string>()) return *text;
    auto* integer = value.As<int64_t>();
    return integer ? std::optional(std::to_string(*integer)) : std::nullopt;
  };
  auto head = text_of(a), tail = text_of(b);
  if (head && tail) return {*head + *tail};
  site.Note("`..` with what differs from customer to customer");
  return {Unknown{}};
}

Value Interpreter::MakeClosure(const lua_syntax::Function& function, Frame& frame) {
  Closure closure{&function, {}, frame.closure->file};
  for (const auto& capture : function.captures) {
    auto index = static_cast<size_t>(capture.index);
    Cell* cell = capture.from_local ? frame.locals[index] : frame.closure->captured[index];
    closure.captured.push_back(cell);
  }
  closures_.push_back(std::move(closure));
  return {&closures_.back()};
}

Value Interpreter::EvaluateTable(const lua_syntax::Table& source, Frame& frame) {
  TableObject* table = NewTable();
  int64_t next = 1;
  for (size_t i = 0; i < source.members.size(); ++i) {
    const auto& member = source.members[i];
    int line = member.value->place.line;
    if (member.key != nullptr) {
      Value key = Evaluate(*member.key, frame);
      SetMember(*table, key, Evaluate(*member.value, frame), line);
      continue;
    }
    bool last = i + 1 == source.members.size();
    Values values =
        last ? EvaluateMany(*member.value, frame) : Values{Evaluate(*member.value, frame)};
    for (Value& value : values) SetMember(*table, {next++}, std::move(value), line);
  }
  return {table};
}

Value Interpreter::GlobalNamed(const std::string& name, int line) {
  auto found = globals_.find(name);
  if (found != globals_.end()) return found->second;
  At(line).Raise(fmt::format("undefined name `{}`", name));
}

}  // namespace tidings::rule::symbolic
