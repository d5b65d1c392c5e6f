#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "lua/pattern.h"
#include "rule/fields.h"
#include "rule/mutation.h"
#include "rule/sql_writer.h"

namespace tidings::rule {
namespace {

// PostgreSQL's text form of an array.
std::string ArrayText(const std::vector<std::string>& values) {
  std::string text = "{";
  for (const std::string& value : values) {
    text += text.size() == 1 ? "\"" : ",\"";
    for (char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + "}";
}

// The constants of one kind, as text.
template <class T, class Print>
std::vector<std::string> TextsOf(const std::vector<Constant>& constants, Print print) {
  std::vector<std::string> texts;
  for (const Constant& constant : constants) {
    if (auto* value = std::get_if<T>(&constant)) texts.push_back(print(*value));
  }
  return texts;
}

// Integers are compared with integers where they can be, which is quicker.
const char* NumberType(const Comparison& comparison) {
  bool whole = std::all_of(
      comparison.constants.begin(), comparison.constants.end(),
      [](const Constant& constant) { return std::get<Decimal>(constant).ToInteger().has_value(); });
  return whole && comparison.subject.type() == Type::kInteger ? "bigint" : "numeric";
}

// A pattern that is a text behind a number of bytes, whatever these are.
struct Place {
  size_t skip;
  std::string text;
};

std::optional<Place> PlaceOf(std::string_view pattern) {
  if (!pattern.starts_with("^.")) return std::nullopt;
  size_t end = std::min(pattern.find_first_not_of('.', 1), pattern.size());
  Place place{end - 1, ""};
  for (size_t i = end; i < pattern.size(); ++i) {
    bool escaped = pattern[i] == '%' && i + 1 < pattern.size();
    if (escaped) ++i;
    auto c = static_cast<unsigned char>(pattern[i]);
    if (std::isalnum(c) ? escaped : !escaped && c < 0x80 && c != ' ') return std::nullopt;
    place.text += pattern[i];
  }
  return place.text.empty() ? std::nullopt : std::optional(std::move(place));
}

std::string HexOf(const std::string& bytes) {
  std::string hex = "\\x";
  for (char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

std::string Same(const std::string& text) { return text; }
std::string Number(const Decimal& number) { return number.ToString(); }

// A constant of an attribute as JSON; numbers exactly as they are written.
std::string JsonOf(const Constant& constant) {
  if (auto* flag = std::get_if<bool>(&constant)) return *flag ? "true" : "false";
  if (auto* number = std::get_if<Decimal>(&constant)) return number->ToString();
  return ToLine(Json(std::get<std::string>(constant)));
}

}  // namespace

SqlWriter::Text SqlWriter::Print(const Comparison& comparison) {
  auto* aggregate = std::get_if<Aggregate>(&comparison.subject.part);
  if (IsSomeOrder(comparison)) return {SomeOrder(*aggregate), false};
  auto* field = std::get_if<Field>(&comparison.subject.part);
  Type type = comparison.subject.type();
  if (type == Type::kTags) return {PrintTags(comparison), false};
  if (type == Type::kAttribute) return {PrintAttribute(comparison, field->attribute), true};
  Text subject = Subject(comparison);
  if (type == Type::kItems) return {SomeItem(ItemTest(comparison)), false};
  bool nil =
      comparison.op == Op::kIsNil && !(IsBroken(Mutation::kEmptyIsNil) && type == Type::kText);
  if (nil) return {subject.sql + " is null", false};
  if (type == Type::kText) return {PrintText(comparison, subject.sql), subject.nullable};
  if (type == Type::kTime) return {PrintTime(comparison, subject.sql), subject.nullable};
  return {PrintNumber(comparison, subject.sql), subject.nullable};
}

std::string SqlWriter::PrintText(const Comparison& comparison, const std::string& subject) {
  const auto& constants = comparison.constants;
  auto text = [&](size_t i) { return Param(std::get<std::string>(constants[i]), "text"); };
  if (IsOrder(comparison.op)) {
    return fmt::format("{} collate \"C\" {} {}", subject, Sign(comparison.op), text(0));
  }
  switch (comparison.op) {
    case Op::kContains: return fmt::format("strpos({}, {}) > 0", subject, text(0));
    case Op::kBeginsWith:
      if (IsBroken(Mutation::kPrefixByLike))
        return fmt::format("{} like {} || '%'", subject, text(0));
      return fmt::format("starts_with({}, {})", subject, text(0));
    case Op::kEndsWith: {
      if (IsBroken(Mutation::kSuffixAnywhere))
        return fmt::format("strpos({}, {}) > 0", subject, text(0));
      std::string constant = text(0);
      return fmt::format("right({}, length({})) = {}", subject, constant, constant);
    }
    case Op::kIn: {
      auto list = ArrayText(TextsOf<std::string>(constants, Same));
      return fmt::format("{} = any({})", subject, Param(list, "text[]"));
    }
    case Op::kBetween: {
      std::string low = text(0), high = text(1);
      return fmt::format("{} collate \"C\" between {} and {}", subject, low, high);
    }
    case Op::kMatches: return PrintPattern(std::get<std::string>(constants[0]), subject);
    case Op::kIsNil:
    case Op::kIsMissing: return fmt::format("coalesce({}, '') = ''", subject);
    default: return fmt::format("{} = {}", subject, text(0));
  }
}

std::string SqlWriter::PrintPattern(const std::string& pattern, const std::string& subject) {
  if (auto place = PlaceOf(pattern); place && !IsBroken(Mutation::kDotForClass)) {
    return fmt::format("substring(convert_to({}, 'UTF8') from {} for {}) = {}", subject,
                       place->skip + 1, place->text.size(), Param(HexOf(place->text), "bytea"));
  }
  auto regex = lua::Pattern(IsBroken(Mutation::kDotForClass) ? "." : pattern, true).ToRegex();
  if (!regex.has_value()) return "false";  // no frontend lets one in
  if (IsBroken(Mutation::kCharactersForBytes)) regex->ascii = true;
  auto bytes = fmt::format("convert_from(convert_to({}, 'UTF8'), 'LATIN1')", subject);
  return fmt::format("{} collate \"C\" ~ {}", regex->ascii ? subject : bytes,
                     Param(std::move(regex->text), "text"));
}

std::string SqlWriter::PrintNumber(const Comparison& comparison, const std::string& subject) {
  const auto& constants = comparison.constants;
  std::string type = NumberType(comparison);
  auto number = [&](size_t i) { return Param(Number(std::get<Decimal>(constants[i])), type); };
  switch (comparison.op) {
    case Op::kIsMissing: return fmt::format("{} is null", subject);
    case Op::kIn: {
      auto list = ArrayText(TextsOf<Decimal>(constants, Number));
      return fmt::format("{} = any({})", subject, Param(list, type + "[]"));
    }
    case Op::kBetween: {
      std::string low = number(0), high = number(1);
      return fmt::format("{} between {} and {}", subject, low, high);
    }
    default: return fmt::format("{} {} {}", subject, Sign(comparison.op), number(0));
  }
}

std::string SqlWriter::PrintTags(const Comparison& comparison) {
  if (comparison.op == Op::kIsNil) return "false";
  if (comparison.op == Op::kIsMissing) return "cardinality(c.tags) = 0";
  auto list = ArrayText(TextsOf<std::string>(comparison.constants, Same));
  const char* sign = IsBroken(Mutation::kAllTagsForAny) ? "@>" : "&&";
  return fmt::format("c.tags {} {}", sign, Param(list, "text[]"));
}

// What one of the order's items has to be like.
std::string SqlWriter::ItemTest(const Comparison& comparison) {
  const char* subject = Info(std::get<Field>(comparison.subject.part).column).sql;
  return comparison.op == Op::kIsNil ? std::string(subject) + " is null"
                                     : PrintText(comparison, subject);
}

std::string SqlWriter::SomeItem(const std::string& test) {
  return fmt::format(
      "exists (select from order_items i where i.customer_id = o.customer_id and i.order_id = o.id "
      "and ({}))",
      test);
}

// Equality asks the whole column, so that an index over it can serve. The rest looks at the
// member's own type first: a comparison with another kind is false.
std::string SqlWriter::PrintAttribute(const Comparison& comparison, const std::string& name) {
  const auto& constants = comparison.constants;
  if (comparison.op == Op::kEqual) {
    auto object = fmt::format("{{{}:{}}}", ToLine(Json(name)), JsonOf(constants[0]));
    return fmt::format("c.attributes @> {}", Param(object, "jsonb"));
  }
  std::string member = fmt::format("c.attributes -> {}", Param(name, "text"));
  switch (comparison.op) {
    case Op::kIsNil:
      if (IsBroken(Mutation::kJsonNullIsSomething)) return fmt::format("({}) is null", member);
      return fmt::format("coalesce({}, 'null') = 'null'", member);
    case Op::kIsMissing:
      return fmt::format("coalesce({}, 'null') in ('null', '\"\"', '[]', '{{}}')", member);
    case Op::kIsNumber: return fmt::format("jsonb_typeof({}) = 'number'", member);
    case Op::kIsText: return fmt::format("jsonb_typeof({}) = 'string'", member);
    case Op::kIn: {
      std::vector<std::string> list;
      for (const Constant& constant : constants) list.push_back(JsonOf(constant));
      return fmt::format("({}) = any({})", member, Param(ArrayText(list), "jsonb[]"));
    }
    default: return PrintTyped(comparison, member);
  }
}

std::string SqlWriter::PrintTyped(const Comparison& comparison, const std::string& member) {
  std::string text = "(" + std::string(member).replace(member.find("->"), 2, "->>") + ")";
  if (std::holds_alternative<Decimal>(comparison.constants.front())) {
    return fmt::format("case when jsonb_typeof({}) = 'number' then {} end", member,
                       PrintNumber(comparison, text + "::numeric"));
  }
  if (comparison.op != Op::kContains) {
    return fmt::format("case when {} then jsonb_typeof({}) = 'string' end",
                       PrintText(comparison, text), member);
  }
  std::string part = Param(std::get<std::string>(comparison.constants[0]), "text");
  return fmt::format(
      "case jsonb_typeof({0}) when 'string' then {1} when 'array' then ({0}) @> to_jsonb({2}) end",
      member, PrintText(comparison, text), part);
}

}  // namespace tidings::rule
