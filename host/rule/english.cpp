#include "rule/english.h"

#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "rule/fields.h"

namespace tidings::rule {
namespace {

// "a", "a or b", "a, b or c".
std::string List(const std::vector<std::string>& parts, const char* word) {
  if (parts.empty()) return "nothing";
  std::string text = parts.front();
  for (size_t i = 1; i < parts.size(); ++i) {
    text += i + 1 < parts.size() ? ", " : fmt::format(" {} ", word);
    text += parts[i];
  }
  return text;
}

std::string DateText(Time day) {
  static constexpr const char* kMonths[] = {"January",   "February", "March",    "April",
                                            "May",       "June",     "July",     "August",
                                            "September", "October",  "November", "December"};
  std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(day));
  return fmt::format("{} {} {}", static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()));
}

std::string SpanText(const Ago& ago) {
  static constexpr const char* kUnits[] = {"minute", "hour", "day", "week", "month", "year"};
  std::string count = Decimal::FromDouble(ago.count).ToEnglish();
  return fmt::format("{} {}{}", count, kUnits[static_cast<int>(ago.unit)], count == "1" ? "" : "s");
}

std::string Word(const Constant& constant) {
  if (auto* flag = std::get_if<bool>(&constant)) return *flag ? "true" : "false";
  if (auto* number = std::get_if<Decimal>(&constant)) return number->ToEnglish();
  if (auto* text = std::get_if<std::string>(&constant)) return "“" + *text + "”";
  if (auto* day = std::get_if<Day>(&constant)) return DateText(day->start);
  if (auto* ago = std::get_if<Ago>(&constant)) return SpanText(*ago) + " ago";
  if (auto* number = std::get_if<double>(&constant))
    return Decimal::FromDouble(*number).ToEnglish();
  return FormatTime(std::get<Time>(constant));
}

std::vector<std::string> Words(const std::vector<Constant>& constants) {
  std::vector<std::string> words;
  words.reserve(constants.size());
  for (const Constant& constant : constants) words.push_back(Word(constant));
  return words;
}

bool IsAbsence(Op op) { return op == Op::kIsMissing || op == Op::kIsNil; }

// "more than 5", "between 1 and 3"; for numbers.
std::string Amount(const Comparison& comparison) {
  auto words = Words(comparison.constants);
  switch (comparison.op) {
    case Op::kLess: return "less than " + words[0];
    case Op::kLessEqual: return "at most " + words[0];
    case Op::kGreater: return "more than " + words[0];
    case Op::kGreaterEqual: return "at least " + words[0];
    case Op::kBetween: return fmt::format("between {} and {}", words[0], words[1]);
    default: return "exactly " + List(words, "or");
  }
}

// "before 1 March 2026", "more than 90 days ago", "within the last 30 days"; for times.
std::string When(const Comparison& comparison) {
  auto words = Words(comparison.constants);
  auto* ago = comparison.constants.empty() ? nullptr : std::get_if<Ago>(&comparison.constants[0]);
  switch (comparison.op) {
    case Op::kLess:
      return ago ? fmt::format("more than {} ago", SpanText(*ago)) : "before " + words[0];
    case Op::kLessEqual:
      return ago ? fmt::format("at least {} ago", SpanText(*ago)) : "on or before " + words[0];
    case Op::kGreater:
      return ago ? fmt::format("less than {} ago", SpanText(*ago)) : "after " + words[0];
    case Op::kGreaterEqual:
      return ago ? fmt::format("within the last {}", SpanText(*ago)) : "on or after " + words[0];
    case Op::kBetween:
      if (words[0] == words[1]) return "on " + words[0];
      return fmt::format("between {} and {}", words[0], words[1]);
    default: return (ago ? "exactly " : "on ") + List(words, "or");
  }
}

// "is “Pune”", "contains “x”"; for texts, after "whose city".
std::string Predicate(const Comparison& comparison, bool negated) {
  auto words = Words(comparison.constants);
  const char* is = negated ? "is not" : "is";
  auto verb = [&](const char* plain, const char* opposite) {
    return fmt::format("{} {}", negated ? opposite : plain, words[0]);
  };
  switch (comparison.op) {
    case Op::kContains: return verb("contains", "does not contain");
    case Op::kBeginsWith: return verb("begins with", "does not begin with");
    case Op::kEndsWith: return verb("ends with", "does not end with");
    case Op::kIsMissing:
    case Op::kIsNil: return negated ? "is known" : "is missing";
    case Op::kMatches: return verb("matches the pattern", "does not match the pattern");
    case Op::kIsNumber: return negated ? "is no number" : "is a number";
    case Op::kIsText: return negated ? "is no text" : "is text";
    case Op::kEqual:
    case Op::kIn: return fmt::format("{} {}", is, List(words, "or"));
    case Op::kLess: return fmt::format("{} below {}", is, words[0]);
    case Op::kLessEqual: return fmt::format("{} at most {}", is, words[0]);
    case Op::kGreater: return fmt::format("{} above {}", is, words[0]);
    case Op::kGreaterEqual: return fmt::format("{} at least {}", is, words[0]);
    case Op::kBetween: break;
  }
  return fmt::format("{} between {} and {}", is, words[0], words[1]);
}

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

// " of more than 500 and placed before 1 March 2026", or nothing.
std::string WhichOrders(const Aggregate& aggregate) {
  std::vector<std::string> parts;
  for (const Node& node : aggregate.where) parts.push_back(Print(node, true));
  return parts.empty() ? "" : " " + List(parts, "and");
}

std::string Noun(const Expr& expr);

std::string AggregateNoun(const Aggregate& aggregate) {
  using Function = Aggregate::Function;
  std::string which = " orders" + WhichOrders(aggregate);
  bool date = aggregate.of == Column::kOrderDate;
  switch (aggregate.function) {
    case Function::kCount: return "number of" + which;
    case Function::kSum: return "total of" + which;
    case Function::kLeast: return (date ? "first of" : "least of") + which;
    case Function::kMost: break;
  }
  return (date ? "last of" : "largest of") + which;
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

std::string Clause(const Comparison& comparison, bool negated) {
  if (auto* field = std::get_if<Field>(&comparison.subject.part)) {
    return FieldClause(comparison, *field, negated);
  }
  if (IsSomeOrder(comparison)) {
    return fmt::format("who have {} order{}", negated ? "no" : "an",
                       WhichOrders(std::get<Aggregate>(comparison.subject.part)));
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
