#include "rule/english.h"

#include <cmath>
#include <map>

#include <fmt/format.h>

#include "rule/english_words.h"
#include "rule/fields.h"

namespace tidings::rule {
namespace {

// "spent", "visited", "ordered": what customers do as often as a number says.
const char* VerbOf(Column column) {
  return column == Column::kTotalSpend ? "spent" : column == Column::kVisit ? "visited" : "ordered";
}

std::string Number(const Comparison& comparison, Column column, bool negated) {
  bool spend = column == Column::kTotalSpend;
  if (IsAbsence(comparison.op)) {
    return fmt::format("whose {} {} missing", Info(column).noun, negated ? "is not" : "is");
  }
  auto words = Words(comparison.constants);
  bool never = comparison.op == Op::kEqual && words[0] == "0";
  if (never && !negated)
    return spend ? "who have spent nothing" : fmt::format("who have never {}", VerbOf(column));
  bool once = comparison.op != Op::kBetween && words == std::vector<std::string>{"1"};
  const char* times = spend ? "" : once ? " time" : " times";
  return fmt::format("who have {}{} {}{}", negated ? "not " : "", VerbOf(column),
                     Amount(comparison), times);
}

std::string TimeText(const Comparison& comparison, Column column, bool negated) {
  bool order = column == Column::kLastOrderDate;
  if (IsAbsence(comparison.op)) {
    if (order) return negated ? "who have ordered" : "who have never ordered";
    return negated ? "whose arrival is known" : "whose arrival is not known";
  }
  std::string what = order ? (negated ? "who did not last order " : "who last ordered ")
                           : (negated ? "who did not join " : "who joined ");
  return what + When(comparison);
}

std::string Tags(const Comparison& comparison, bool negated) {
  if (IsAbsence(comparison.op)) return negated ? "who have tags" : "who have no tags";
  return fmt::format("who are {}tagged {}", negated ? "not " : "",
                     List(Words(comparison.constants), "or"));
}

// Of one order, after "an order": "of more than 500", "placed before 1 March 2026".
std::string OrderClause(const Comparison& comparison, Column column, bool negated) {
  const char* no = negated ? "not " : "";
  switch (column) {
    case Column::kOrderAmount: return fmt::format("{}of {}", no, Amount(comparison));
    case Column::kOrderDate: return fmt::format("{}placed {}", no, When(comparison));
    case Column::kOrderStatus: return "whose status " + Predicate(comparison, negated);
    default: break;
  }
  return fmt::format("with {} {} that {}", negated ? "no" : "an", Info(column).noun,
                     Predicate(comparison, false));
}

std::string Clause(const Comparison& comparison, bool negated);
std::string Print(const Node& node, bool nested);

// The conditions on an order, those of a single "and" one by one.
std::vector<Node> Conditions(const std::vector<Node>& where) {
  auto* group = where.size() == 1 ? where.front().As<Group>() : nullptr;
  bool all = group != nullptr && !group->any && !where.front().negated;
  return all ? group->nodes : where;
}

// The field of a condition that is plain: not denied, and about nothing else.
std::optional<Column> PlainColumn(const Node& node) {
  auto* comparison = node.As<Comparison>();
  auto* field = comparison ? std::get_if<Field>(&comparison->subject.part) : nullptr;
  return field && !node.negated ? std::optional(field->column) : std::nullopt;
}

// Plain conditions on different fields, without "and": " of more than 500 placed in 2025".
std::optional<std::string> InOneBreath(const std::vector<Node>& conditions) {
  constexpr Column kOrder[] = {Column::kOrderAmount, Column::kOrderDate, Column::kOrderItem,
                               Column::kOrderSku, Column::kOrderStatus};
  std::map<Column, std::string> texts;
  for (const Node& node : conditions) {
    auto column = PlainColumn(node);
    if (!column || !texts.emplace(*column, Print(node, true)).second) return std::nullopt;
  }
  std::string text;
  for (Column column : kOrder) {
    if (texts.contains(column)) text += " " + texts[column];
  }
  return text;
}

// " of more than 500 placed before 1 March 2026", or nothing.
std::string WhichOrders(const Aggregate& aggregate) {
  auto conditions = Conditions(aggregate.where);
  if (auto text = InOneBreath(conditions)) return *text;
  std::vector<std::string> parts;
  for (const Node& node : conditions) parts.push_back(Print(node, true));
  return " " + List(parts, "and");
}

std::string Noun(const Expr& expr);

std::string AggregateNoun(const Aggregate& aggregate) {
  using Function = Aggregate::Function;
  std::string which = WhichOrders(aggregate);
  bool date = aggregate.of == Column::kOrderDate;
  switch (aggregate.function) {
    case Function::kCount: return "number of orders" + which;
    case Function::kSum: return "total of orders" + which;
    case Function::kLeast: return (date ? "first order" : "smallest order") + which;
    case Function::kMost: break;
  }
  return (date ? "last order" : "largest order") + which;
}

const Call* AsCall(const Expr& expr, Call::Function function) {
  auto* call = std::get_if<Call>(&expr.part);
  return call && call->function == function ? call : nullptr;
}

const double* AsReal(const Expr& expr) {
  auto* constant = std::get_if<Constant>(&expr.part);
  return constant ? std::get_if<double>(constant) : nullptr;
}

// A moment less a time, as scripts say how long ago something was: "from the last order to today".
std::optional<std::string> PeriodNoun(const Expr& expr) {
  auto* difference = AsCall(expr, Call::Function::kSubtract);
  if (difference == nullptr) return std::nullopt;
  auto* until = AsReal(difference->arguments.front());
  auto* since = AsCall(difference->arguments.back(), Call::Function::kReal);
  bool times = until && since && since->arguments.front().type() == Type::kTime;
  if (!times) return std::nullopt;
  Time moment{Duration(std::llround(*until * 1e6))};
  return fmt::format("from {} to {}", Noun(since->arguments.front()), FormatTime(moment));
}

const Aggregate* AsRealAggregate(const Expr& expr, Aggregate::Function function) {
  auto* real = AsCall(expr, Call::Function::kReal);
  auto* aggregate = real ? std::get_if<Aggregate>(&real->arguments.front().part) : nullptr;
  return aggregate && aggregate->function == function ? aggregate : nullptr;
}

// The orders whose sum is divided by their number.
const Aggregate* AveragedBy(const Call& call) {
  if (call.function != Call::Function::kDivide) return nullptr;
  auto* sum = AsRealAggregate(call.arguments.front(), Aggregate::Function::kSum);
  auto* count = AsRealAggregate(call.arguments.back(), Aggregate::Function::kCount);
  return sum && count && sum->where == count->where ? sum : nullptr;
}

std::string CallNoun(const Call& call) {
  using Function = Call::Function;
  constexpr double kDay = 86'400;
  if (auto* orders = AveragedBy(call)) return "average of orders" + WhichOrders(*orders);
  if (auto seconds = PeriodNoun({call})) return "(seconds " + *seconds + ")";
  auto* divisor = call.function == Function::kDivide ? AsReal(call.arguments.back()) : nullptr;
  if (divisor != nullptr && *divisor == kDay) {
    if (auto days = PeriodNoun(call.arguments.front())) return "(days " + *days + ")";
  }
  std::string left = Noun(call.arguments.front());
  switch (call.function) {
    case Function::kLower: return left + " in small letters";
    case Function::kUpper: return left + " in capitals";
    case Function::kLength: return "length of " + left;
    case Function::kReal: return left;
    case Function::kFloor: return left + " rounded down";
    default: break;
  }
  constexpr const char* kWords[] = {"plus", "minus", "times", "divided by"};
  auto word = kWords[static_cast<int>(call.function) - static_cast<int>(Function::kAdd)];
  return fmt::format("({} {} {})", left, word, Noun(call.arguments.back()));
}

// "city", "number of orders of more than 500"; what stands after "whose".
std::string Noun(const Expr& expr) {
  if (auto* field = std::get_if<Field>(&expr.part)) {
    bool attribute = field->column == Column::kAttribute;
    return attribute ? field->attribute : Info(field->column).noun;
  }
  if (auto* aggregate = std::get_if<Aggregate>(&expr.part)) return AggregateNoun(*aggregate);
  if (auto* call = std::get_if<Call>(&expr.part)) return CallNoun(*call);
  return Word(std::get<Constant>(expr.part));
}

std::string FieldClause(const Comparison& comparison, const Field& field, bool negated) {
  if (IsOfOrder(field.column)) return OrderClause(comparison, field.column, negated);
  switch (field.type()) {
    case Type::kInteger:
    case Type::kNumber: return Number(comparison, field.column, negated);
    case Type::kTime: return TimeText(comparison, field.column, negated);
    case Type::kTags: return Tags(comparison, negated);
    default: return fmt::format("whose {} {}", Noun({field}), Predicate(comparison, negated));
  }
}

// "who have at least 3 orders placed before 1 March 2026".
std::string CountClause(const Comparison& comparison, const std::string& which, bool negated) {
  auto words = Words(comparison.constants);
  if (comparison.op == Op::kEqual && words[0] == "0" && !negated)
    return "who have no orders" + which;
  bool once = comparison.op != Op::kBetween && words == std::vector<std::string>{"1"};
  return fmt::format("who {} {} order{}{}", negated ? "do not have" : "have", Amount(comparison),
                     once ? "" : "s", which);
}

std::string SumClause(const Comparison& comparison, const std::string& which, bool negated) {
  bool nothing = comparison.op == Op::kEqual && Words(comparison.constants)[0] == "0";
  return fmt::format("who have {}spent {} in orders{}", negated ? "not " : "",
                     nothing && !negated ? "nothing" : Amount(comparison), which);
}

std::string AggregateClause(const Comparison& comparison, const Aggregate& aggregate,
                            bool negated) {
  using Function = Aggregate::Function;
  std::string which = WhichOrders(aggregate);
  if (IsSomeOrder(comparison))
    return fmt::format("who have {} order{}", negated ? "no" : "an", which);
  bool absence = IsAbsence(comparison.op);
  if (aggregate.function == Function::kCount && !absence)
    return CountClause(comparison, which, negated);
  if (aggregate.function == Function::kSum && !absence)
    return SumClause(comparison, which, negated);
  std::string noun = AggregateNoun(aggregate);
  if (aggregate.of == Column::kOrderDate && !absence)
    return fmt::format("whose {} was {}placed {}", noun, negated ? "not " : "", When(comparison));
  return fmt::format("whose {} {}", noun, Predicate(comparison, negated));
}

std::string Clause(const Comparison& comparison, bool negated) {
  if (auto* field = std::get_if<Field>(&comparison.subject.part)) {
    return FieldClause(comparison, *field, negated);
  }
  if (auto* aggregate = std::get_if<Aggregate>(&comparison.subject.part)) {
    return AggregateClause(comparison, *aggregate, negated);
  }
  return fmt::format("whose {} {}", Noun(comparison.subject), Predicate(comparison, negated));
}

bool IsTime(const Expr& expr) {
  auto* real = AsCall(expr, Call::Function::kReal);
  return real != nullptr && real->arguments.front().type() == Type::kTime;
}

std::string Clause(const Relation& relation, bool negated) {
  constexpr const char* kSigns[] = {"the same as", "below", "at most", "above", "at least"};
  constexpr const char* kTimeSigns[] = {"the same as", "before", "no later than", "after",
                                        "no earlier than"};
  std::string left = Noun(relation.left);
  bool itself = relation.op == Op::kEqual && relation.left == relation.right;
  if (itself) return fmt::format("whose {} is {}", left, negated ? "missing" : "known");
  bool times = IsTime(relation.left) && IsTime(relation.right);
  return fmt::format("whose {} {} {} {}", left, negated ? "is not" : "is",
                     (times ? kTimeSigns : kSigns)[static_cast<int>(relation.op)],
                     Noun(relation.right));
}

std::string Print(const Group& group, bool nested) {
  if (group.nodes.empty()) return group.any ? "who are nobody" : "who are anybody";
  if (group.nodes.size() == 1) return Print(group.nodes.front(), nested);
  std::vector<std::string> parts;
  for (const Node& node : group.nodes) parts.push_back(Print(node, true));
  std::string text = List(parts, group.any ? "or" : "and");
  return nested ? "(" + text + ")" : text;
}

std::string Print(const Node& node, bool nested) {
  if (auto* comparison = node.As<Comparison>()) return Clause(*comparison, node.negated);
  if (auto* relation = node.As<Relation>()) return Clause(*relation, node.negated);
  const auto& group = *node.As<Group>();
  if (!node.negated) return Print(group, nested);
  if (group.nodes.size() == 1) {
    Node inner = group.nodes.front();
    inner.negated = !inner.negated;
    return Print(inner, nested);
  }
  return "to whom this does not apply: (" + Print(group, false) + ")";
}

bool IsEmptyGroup(const Node& node, bool any) {
  auto* group = node.As<Group>();
  return group != nullptr && group->nodes.empty() && (group->any != node.negated) == any;
}

}  // namespace

std::string WriteClause(const Node& node) { return Print(node, false); }

std::string WriteEnglish(const Node& node) {
  if (IsEmptyGroup(node, false)) return "all customers";
  if (IsEmptyGroup(node, true)) return "no customers";
  return "customers " + Print(node, false);
}

}  // namespace tidings::rule
