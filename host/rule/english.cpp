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
  return FormatTime(std::get<Time>(constant));
}

std::vector<std::string> Words(const std::vector<Constant>& constants) {
  std::vector<std::string> words;
  for (const Constant& constant : constants) words.push_back(Word(constant));
  return words;
}

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
    case Op::kBetween: return fmt::format("between {} and {}", words[0], words[1]);
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
    case Op::kIsNull: return negated ? "is known" : "is missing";
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

std::string Number(const Comparison& comparison, bool negated) {
  Column column = comparison.field.column;
  bool spend = column == Column::kTotalSpend;
  if (comparison.op == Op::kIsNull) {
    return fmt::format("whose {} {} missing", Info(column).noun, negated ? "is not" : "is");
  }
  const char* verb = spend ? "spent" : column == Column::kVisit ? "visited" : "ordered";
  bool once =
      comparison.op != Op::kBetween && Words(comparison.constants) == std::vector<std::string>{"1"};
  return fmt::format("who have {}{} {}{}", negated ? "not " : "", verb, Amount(comparison),
                     spend  ? ""
                     : once ? " time"
                            : " times");
}

std::string TimeText(const Comparison& comparison, bool negated) {
  bool order = comparison.field.column == Column::kLastOrderDate;
  if (comparison.op == Op::kIsNull) {
    if (order) return negated ? "who have ordered" : "who have never ordered";
    return negated ? "whose arrival is known" : "whose arrival is not known";
  }
  std::string what = order ? (negated ? "who did not last order " : "who last ordered ")
                           : (negated ? "who did not join " : "who joined ");
  return what + When(comparison);
}

std::string Tags(const Comparison& comparison, bool negated) {
  if (comparison.op == Op::kIsNull) return negated ? "who have tags" : "who have no tags";
  return fmt::format("who are {}tagged {}", negated ? "not " : "",
                     List(Words(comparison.constants), "or"));
}

std::string Clause(const Comparison& comparison, bool negated) {
  const FieldInfo& info = Info(comparison.field.column);
  switch (info.type) {
    case Type::kNumber: return Number(comparison, negated);
    case Type::kTime: return TimeText(comparison, negated);
    case Type::kTags: return Tags(comparison, negated);
    case Type::kAttribute:
      return fmt::format("whose {} {}", comparison.field.attribute, Predicate(comparison, negated));
    case Type::kText: break;
  }
  return fmt::format("whose {} {}", info.noun, Predicate(comparison, negated));
}

std::string Print(const Node& node, bool nested);

std::string Print(const Group& group, bool nested) {
  if (group.nodes.empty()) return group.any ? "who are nobody" : "who are anybody";
  if (group.nodes.size() == 1) return Print(group.nodes.front(), nested);
  std::vector<std::string> parts;
  for (const Node& node : group.nodes) parts.push_back(Print(node, true));
  std::string text = List(parts, group.any ? "or" : "and");
  return nested ? "(" + text + ")" : text;
}

std::string Print(const Node& node, bool nested) {
  if (auto* comparison = std::get_if<Comparison>(&node.part))
    return Clause(*comparison, node.negated);
  const auto& group = std::get<Group>(node.part);
  if (!node.negated) return Print(group, nested);
  return "to whom this does not apply: (" + Print(group, false) + ")";
}

bool IsEmptyGroup(const Node& node, bool any) {
  auto* group = std::get_if<Group>(&node.part);
  return group != nullptr && group->nodes.empty() && (group->any != node.negated) == any;
}

}  // namespace

std::string WriteEnglish(const Node& node) {
  if (IsEmptyGroup(node, false)) return "all customers";
  if (IsEmptyGroup(node, true)) return "no customers";
  return "customers " + Print(node, false);
}

}  // namespace tidings::rule
