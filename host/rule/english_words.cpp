#include "rule/english_words.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tidings::rule {
namespace {

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

}  // namespace

std::string List(const std::vector<std::string>& parts, const char* word) {
  if (parts.empty()) return "nothing";
  std::string text = parts.front();
  for (size_t i = 1; i < parts.size(); ++i) {
    text += i + 1 < parts.size() ? ", " : fmt::format(" {} ", word);
    text += parts[i];
  }
  return text;
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

}  // namespace tidings::rule
