#include "rule/lua_printer.h"

#include <fmt/format.h>

#include "base/text.h"
#include "rule/fields.h"
#include "rule/json_printer.h"
#include "rule/moment.h"

namespace tidings::rule {
namespace {

struct NoWords {
  std::string what;
};

std::string Quote(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      quoted += std::string("\\") + c;
    else if (byte < 0x20 || byte == 0x7F)
      quoted += fmt::format("\\{:03}", byte);
    else
      quoted += c;
  }
  return quoted + "\"";
}

// "now() - 90 * 86400".
std::string AgoText(const Ago& ago) {
  constexpr int kSeconds[] = {60, 3600, 86'400, 604'800};
  if (ago.unit >= Ago::Unit::kMonths) throw NoWords{"months and years before now"};
  return fmt::format("now() - {} * {}", ago.count, kSeconds[static_cast<int>(ago.unit)]);
}

std::string MomentText(Time time) { return "time.parse(" + Quote(FormatTime(time)) + ")"; }

std::string ConstantText(const Constant& constant) {
  if (auto* flag = std::get_if<bool>(&constant)) return *flag ? "true" : "false";
  if (auto* number = std::get_if<Decimal>(&constant)) return number->ToString();
  if (auto* text = std::get_if<std::string>(&constant)) return Quote(*text);
  if (auto* ago = std::get_if<Ago>(&constant)) return AgoText(*ago);
  if (auto* time = std::get_if<Time>(&constant)) return MomentText(*time);
  if (auto* day = std::get_if<Day>(&constant)) return MomentText(day->start);
  std::string number = fmt::format("{}", std::get<double>(constant));
  return number.find_first_of(".e") == std::string::npos ? number + ".0" : number;
}

// The members of a filter of orders. What a filter cannot say has no words.
std::string FilterText(const std::vector<Node>& where);

std::string ExprText(const Expr& expr);

std::string CallText(const Call& call) {
  using Function = Call::Function;
  std::string first = ExprText(call.arguments.front());
  switch (call.function) {
    case Function::kLower: return first + ":lower()";
    case Function::kUpper: return first + ":upper()";
    case Function::kLength: return "#" + first;
    case Function::kReal: return first;
    case Function::kFloor: return "math.floor(" + first + ")";
    default: break;
  }
  constexpr char kSigns[] = "+-*/";
  char sign = kSigns[static_cast<int>(call.function) - static_cast<int>(Function::kAdd)];
  return fmt::format("({} {} {})", first, sign, ExprText(call.arguments.back()));
}

std::string ExprText(const Expr& expr) {
  if (auto* field = std::get_if<Field>(&expr.part)) {
    bool attribute = field->column == Column::kAttribute;
    return attribute ? "c.attributes[" + Quote(field->attribute) + "]" : "c." + field->Name();
  }
  if (auto* aggregate = std::get_if<Aggregate>(&expr.part)) {
    return fmt::format("c.orders:{}{}", NameOf(*aggregate), FilterText(aggregate->where));
  }
  if (auto* call = std::get_if<Call>(&expr.part)) return CallText(*call);
  return ConstantText(std::get<Constant>(expr.part));
}

const char* SignText(Op op) {
  constexpr const char* kSigns[] = {"==", "<", "<=", ">", ">="};
  return kSigns[static_cast<int>(op)];
}

// What a filter of orders calls a comparison of one field of an order.
std::string MemberText(const Comparison& comparison, Column column) {
  std::string value = comparison.constants.empty() ? "" : ConstantText(comparison.constants[0]);
  bool status = column == Column::kOrderStatus, amount = column == Column::kOrderAmount;
  if (status && comparison.op == Op::kEqual) return "status = " + value;
  if (status && comparison.op == Op::kIn) {
    std::vector<std::string> texts;
    for (const Constant& constant : comparison.constants) texts.push_back(ConstantText(constant));
    return "status = {" + Join(texts, ", ") + "}";
  }
  if (amount && comparison.op == Op::kGreaterEqual) return "min_amount = " + value;
  if (amount && comparison.op == Op::kLessEqual) return "max_amount = " + value;
  if (column == Column::kOrderDate && comparison.op == Op::kGreaterEqual) return "since = " + value;
  if (column == Column::kOrderDate && comparison.op == Op::kLess) return "before = " + value;
  throw NoWords{"this condition on an order"};
}

// `name = x or sku = x` is what a filter calls an item.
std::string ItemText(const Group& group) {
  auto is = [&](size_t i, Column column) {
    auto* comparison = std::get_if<Comparison>(&group.nodes[i].part);
    auto* field = comparison ? std::get_if<Field>(&comparison->subject.part) : nullptr;
    return field && field->column == column && comparison->op == Op::kEqual &&
           !group.nodes[i].negated;
  };
  bool item =
      group.any && group.nodes.size() == 2 && is(0, Column::kOrderItem) && is(1, Column::kOrderSku);
  if (!item) throw NoWords{"this condition on an order"};
  return "item = " + ConstantText(std::get<Comparison>(group.nodes[0].part).constants[0]);
}

std::string FilterText(const std::vector<Node>& where) {
  std::vector<std::string> members;
  for (const Node& node : where) {
    if (node.negated) throw NoWords{"the opposite of a condition on an order"};
    if (auto* group = std::get_if<Group>(&node.part)) {
      members.push_back(ItemText(*group));
      continue;
    }
    const auto& comparison = std::get<Comparison>(node.part);
    members.push_back(MemberText(comparison, std::get<Field>(comparison.subject.part).column));
  }
  return "{" + Join(members, ", ") + "}";
}

bool MayBeNil(const Expr& leaf) {
  if (auto* field = std::get_if<Field>(&leaf.part)) return Info(field->column).nullable;
  auto* aggregate = std::get_if<Aggregate>(&leaf.part);
  return aggregate && (aggregate->function == Aggregate::Function::kLeast ||
                       aggregate->function == Aggregate::Function::kMost);
}

// What must not be nil, so that an expression can be worked out.
void CollectNullable(const Expr& expr, std::vector<std::string>& texts) {
  if (auto* call = std::get_if<Call>(&expr.part)) {
    for (const Expr& argument : call->arguments) CollectNullable(argument, texts);
  } else if (MayBeNil(expr)) {
    texts.push_back(ExprText(expr));
  }
}

std::string Guarded(const Expr& subject, const std::string& test) {
  std::vector<std::string> parts;
  CollectNullable(subject, parts);
  if (parts.empty()) return test;
  for (std::string& part : parts) part += " ~= nil";
  parts.push_back(test);
  return "(" + Join(parts, " and ") + ")";
}

std::string Among(const Comparison& comparison, const std::string& subject) {
  std::vector<std::string> texts;
  for (const Constant& constant : comparison.constants) texts.push_back(ConstantText(constant));
  return fmt::format("has({{{}}}, {})", Join(texts, ", "), subject);
}

std::string Missing(const Comparison& comparison, const std::string& subject) {
  switch (comparison.subject.type()) {
    case Type::kText: return fmt::format("({0} == nil or {0} == \"\")", subject);
    case Type::kTags: return "#c.tags == 0";
    case Type::kAttribute: throw NoWords{"an attribute that is an empty list"};
    default: return subject + " == nil";
  }
}

std::string TextTest(const Comparison& comparison, const std::string& subject) {
  const auto& constant = std::get<std::string>(comparison.constants[0]);
  std::string quoted = Quote(constant);
  switch (comparison.op) {
    case Op::kContains: return fmt::format("{}:find({}, 1, true) ~= nil", subject, quoted);
    case Op::kMatches: return fmt::format("{}:find({}) ~= nil", subject, quoted);
    case Op::kBeginsWith:
      return fmt::format("{}:sub(1, {}) == {}", subject, constant.size(), quoted);
    default: return fmt::format("{}:sub(-{}) == {}", subject, constant.size(), quoted);
  }
}

std::string AnyTag(const Comparison& comparison) {
  std::vector<std::string> tests;
  for (const Constant& tag : comparison.constants) {
    tests.push_back("has(c.tags, " + ConstantText(tag) + ")");
  }
  return tests.empty() ? "false" : "(" + Join(tests, " or ") + ")";
}

std::string TypeTest(const Comparison& comparison, const std::string& subject) {
  return fmt::format("type({}) == \"{}\"", subject,
                     comparison.op == Op::kIsNumber ? "number" : "string");
}

// An order raises for an attribute of another kind: its kind is asked first.
std::string OrderTest(const Comparison& comparison, const std::string& subject) {
  std::string test = fmt::format("{} {} {}", subject, SignText(comparison.op),
                                 ConstantText(comparison.constants[0]));
  if (comparison.subject.type() != Type::kAttribute) return Guarded(comparison.subject, test);
  bool number = std::holds_alternative<Decimal>(comparison.constants[0]);
  return fmt::format("(type({}) == \"{}\" and {})", subject, number ? "number" : "string", test);
}

// nil may be compared for equality, but nothing can be worked out from it.
std::string EqualityText(const Comparison& comparison, const std::string& test) {
  bool plain = std::holds_alternative<Field>(comparison.subject.part);
  return plain ? test : Guarded(comparison.subject, test);
}

std::string ComparisonText(const Comparison& comparison) {
  std::string subject = ExprText(comparison.subject);
  bool attribute = comparison.subject.type() == Type::kAttribute;
  switch (comparison.op) {
    case Op::kIsNil: return subject + " == nil";
    case Op::kIsMissing: return Missing(comparison, subject);
    case Op::kIsNumber:
    case Op::kIsText: return TypeTest(comparison, subject);
    case Op::kEqual:
      if (std::holds_alternative<Day>(comparison.constants[0])) throw NoWords{"a whole day"};
      return EqualityText(comparison, subject + " == " + ConstantText(comparison.constants[0]));
    case Op::kIn:
      if (comparison.subject.type() == Type::kTags) return AnyTag(comparison);
      return EqualityText(comparison, Among(comparison, subject));
    case Op::kBetween: {
      Comparison low{comparison.subject, Op::kGreaterEqual, {comparison.constants[0]}};
      Comparison high{comparison.subject, Op::kLessEqual, {comparison.constants[1]}};
      return fmt::format("({} and {})", OrderTest(low, subject), OrderTest(high, subject));
    }
    case Op::kContains:
    case Op::kBeginsWith:
    case Op::kEndsWith:
    case Op::kMatches: break;
    default: return OrderTest(comparison, subject);
  }
  if (attribute) throw NoWords{"a part of an attribute"};
  if (comparison.subject.type() == Type::kTags) return AnyTag(comparison);
  return Guarded(comparison.subject, TextTest(comparison, subject));
}

std::string NodeText(const Node& node);

std::string PartText(const Comparison& comparison) { return ComparisonText(comparison); }

// Both sides were made so that they can be worked out wherever they are not nil.
std::string PartText(const Relation& relation) {
  std::string test = fmt::format("{} {} {}", ExprText(relation.left), SignText(relation.op),
                                 ExprText(relation.right));
  return Guarded(relation.left, Guarded(relation.right, test));
}

std::string PartText(const Group& group) {
  if (group.nodes.empty()) return group.any ? "false" : "true";
  std::vector<std::string> parts;
  for (const Node& node : group.nodes) parts.push_back(NodeText(node));
  return "(" + Join(parts, group.any ? " or " : " and ") + ")";
}

std::string NodeText(const Node& node) {
  std::string text = std::visit([](const auto& part) { return PartText(part); }, node.part);
  return node.negated ? "not (" + text + ")" : text;
}

}  // namespace

Result<std::string> WriteLua(const Node& node) try {
  return NodeText(node);
} catch (const NoWords& none) {
  return Fail(Code::kInvalidArgument, "Lua has no words for " + none.what);
}

}  // namespace tidings::rule
