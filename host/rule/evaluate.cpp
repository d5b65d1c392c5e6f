// The rule over one row in memory; the twin of sql.cpp.
#include <algorithm>

#include "lua/pattern.h"
#include "rule/moment.h"
#include "rule/row_reader.h"

namespace tidings::rule {
namespace {

class Free : public lua::Meter {
 public:
  void Spend(size_t) override {}
};

bool Finds(const std::string& pattern, std::string_view text) {
  Free meter;
  lua::Pattern compiled(pattern, true);
  lua::Match match(compiled, text, meter);
  for (size_t at = 0; at <= (compiled.anchored() ? 0 : text.size()); ++at) {
    if (match.At(text.data() + at) != nullptr) return true;
  }
  return false;
}

// A text against the constants of a comparison.
bool CompareText(std::string_view text, Op op, const std::vector<Constant>& constants) {
  auto constant = [&](size_t i) -> std::string_view { return std::get<std::string>(constants[i]); };
  switch (op) {
    case Op::kEqual: return text == constant(0);
    case Op::kLess: return text < constant(0);
    case Op::kLessEqual: return text <= constant(0);
    case Op::kGreater: return text > constant(0);
    case Op::kGreaterEqual: return text >= constant(0);
    case Op::kContains: return text.find(constant(0)) != std::string_view::npos;
    case Op::kBeginsWith: return text.starts_with(constant(0));
    case Op::kEndsWith: return text.ends_with(constant(0));
    case Op::kBetween: return text >= constant(0) && text <= constant(1);
    case Op::kIsMissing: return text.empty();
    case Op::kMatches: return Finds(std::string(constant(0)), text);
    case Op::kIn: break;
    default: return false;
  }
  return std::any_of(constants.begin(), constants.end(), [&](const Constant& candidate) {
    auto* wanted = std::get_if<std::string>(&candidate);
    return wanted != nullptr && text == *wanted;
  });
}

bool CompareNumber(const Decimal& number, Op op, const std::vector<Constant>& constants) {
  auto constant = [&](size_t i) -> const Decimal& { return std::get<Decimal>(constants[i]); };
  switch (op) {
    case Op::kEqual: return number == constant(0);
    case Op::kLess: return number < constant(0);
    case Op::kLessEqual: return number <= constant(0);
    case Op::kGreater: return number > constant(0);
    case Op::kGreaterEqual: return number >= constant(0);
    case Op::kBetween: return number >= constant(0) && number <= constant(1);
    case Op::kIn:
      return std::any_of(constants.begin(), constants.end(), [&](const Constant& candidate) {
        auto* wanted = std::get_if<Decimal>(&candidate);
        return wanted != nullptr && number == *wanted;
      });
    default: return false;
  }
}

bool CompareTime(Time time, const Comparison& comparison, Time now) {
  if (comparison.op != Op::kIn) {
    return BoundsOf(comparison.op, comparison.constants, now).Contain(time);
  }
  return std::any_of(
      comparison.constants.begin(), comparison.constants.end(),
      [&](const Constant& moment) { return BoundsOf(Op::kEqual, {moment}, now).Contain(time); });
}

bool CompareTags(const Json& tags, const Comparison& comparison) {
  if (comparison.op == Op::kIsNil) return false;
  if (comparison.op == Op::kIsMissing) return !tags.is_array() || tags.empty();
  return tags.is_array() && std::any_of(tags.begin(), tags.end(), [&](const Json& tag) {
           return tag.is_string() &&
                  CompareText(tag.get_ref<const std::string&>(), Op::kIn, comparison.constants);
         });
}

bool IsEmpty(const Json& member) {
  return member == "" || (member.is_structured() && member.empty());
}

bool IsAmong(bool flag, const std::vector<Constant>& constants) {
  return std::any_of(constants.begin(), constants.end(), [&](const Constant& constant) {
    auto* wanted = std::get_if<bool>(&constant);
    return wanted != nullptr && *wanted == flag;
  });
}

bool HasMember(const Json& list, const std::vector<Constant>& constants) {
  return std::any_of(list.begin(), list.end(), [&](const Json& part) {
    return part.is_string() &&
           CompareText(part.get_ref<const std::string&>(), Op::kEqual, constants);
  });
}

// An attribute compares with constants of its own kind only.
bool CompareAttribute(const Json& member, const Comparison& comparison) {
  const auto& constants = comparison.constants;
  switch (comparison.op) {
    case Op::kIsMissing: return IsEmpty(member);
    case Op::kIsNumber: return member.is_number();
    case Op::kIsText: return member.is_string();
    case Op::kIsNil: return false;
    default: break;
  }
  bool list = comparison.op == Op::kIn;
  if (member.is_boolean()) return IsAmong(member.get<bool>(), constants);
  if (member.is_string() && (list || std::holds_alternative<std::string>(constants.front()))) {
    return CompareText(member.get_ref<const std::string&>(), comparison.op, constants);
  }
  if (member.is_number() && (list || std::holds_alternative<Decimal>(constants.front()))) {
    auto number = Decimal::Parse(member.dump());
    return number.has_value() && CompareNumber(*number, comparison.op, constants);
  }
  return member.is_array() && comparison.op == Op::kContains && HasMember(member, constants);
}

// Whether one of them fulfils it.
bool CompareItems(const std::vector<std::optional<std::string>>& items,
                  const Comparison& comparison) {
  bool missing = comparison.op == Op::kIsMissing || comparison.op == Op::kIsNil;
  return std::any_of(items.begin(), items.end(), [&](const auto& item) {
    return item ? CompareText(*item, comparison.op, comparison.constants) : missing;
  });
}

bool IsNothing(const RowValue& value) {
  auto* json = std::get_if<const Json*>(&value);
  return json != nullptr ? (*json)->is_null() : std::holds_alternative<std::monostate>(value);
}

bool Holds(const Comparison& comparison, RowReader& reader) {
  Type type = comparison.subject.type();
  if (type == Type::kItems) {
    return CompareItems(reader.Items(std::get<Field>(comparison.subject.part).column), comparison);
  }
  RowValue value = reader.Value(comparison.subject);
  if (auto* json = std::get_if<const Json*>(&value); json && type == Type::kTags) {
    return CompareTags(**json, comparison);
  }
  bool missing = comparison.op == Op::kIsMissing || comparison.op == Op::kIsNil;
  if (IsNothing(value)) return missing;
  if (type == Type::kAttribute) return CompareAttribute(*std::get<const Json*>(value), comparison);
  if (auto* text = std::get_if<std::string>(&value)) {
    return CompareText(*text, comparison.op, comparison.constants);
  }
  if (missing) return false;
  if (auto* time = std::get_if<Time>(&value)) return CompareTime(*time, comparison, reader.now());
  return CompareNumber(DecimalOf(value), comparison.op, comparison.constants);
}

bool Holds(const Relation& relation, RowReader& reader) {
  RowValue left = reader.Value(relation.left), right = reader.Value(relation.right);
  if (IsNothing(left) || IsNothing(right)) return false;
  switch (relation.op) {
    case Op::kLess: return left < right;
    case Op::kLessEqual: return left <= right;
    case Op::kGreater: return left > right;
    case Op::kGreaterEqual: return left >= right;
    default: return left == right;
  }
}

bool Holds(const Group& group, RowReader& reader) {
  auto holds = [&](const Node& node) { return Holds(node, reader); };
  return group.any ? std::any_of(group.nodes.begin(), group.nodes.end(), holds)
                   : std::all_of(group.nodes.begin(), group.nodes.end(), holds);
}

}  // namespace

bool Holds(const Node& node, RowReader& reader) {
  return std::visit([&](const auto& part) { return Holds(part, reader); }, node.part.any()) !=
         node.negated;
}

bool Evaluate(const Node& node, const lua::Row& row, Time now) {
  RowReader reader(row, now);
  return Holds(node, reader);
}

}  // namespace tidings::rule
