// The rule over one row in memory; the twin of sql.cpp.
#include <algorithm>
#include <array>
#include <optional>

#include "rule/fields.h"
#include "rule/moment.h"
#include "rule/tree.h"

namespace tidings::rule {
namespace {

// Where a column of the tree is in a row.
size_t SlotOf(Column column) {
  static const auto kSlots = [] {
    std::array<size_t, static_cast<size_t>(Column::kAttribute) + 1> slots{};
    const auto& fields = lua::CustomerRow().fields;
    for (size_t i = 0; i < slots.size(); ++i) {
      const char* name = Info(static_cast<Column>(i)).row_name;
      auto field = std::find_if(fields.begin(), fields.end(),
                                [&](const auto& candidate) { return candidate.name == name; });
      slots[i] = static_cast<size_t>(field - fields.begin());
    }
    return slots;
  }();
  return kSlots[static_cast<size_t>(column)];
}

bool IsPrefix(std::string_view text, std::string_view part) { return text.starts_with(part); }

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
    case Op::kBeginsWith: return IsPrefix(text, constant(0));
    case Op::kEndsWith: return text.ends_with(constant(0));
    case Op::kBetween: return text >= constant(0) && text <= constant(1);
    case Op::kIsNull: return text.empty();
    case Op::kIn: break;
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

// One row, its JSON parsed when it is first needed.
class Evaluator {
 public:
  Evaluator(const lua::Row& row, Time now) : row_(row), now_(now) {}

  bool Holds(const Node& node) {
    bool holds = std::holds_alternative<Comparison>(node.part)
                     ? Holds(std::get<Comparison>(node.part))
                     : Holds(std::get<Group>(node.part));
    return holds != node.negated;
  }

 private:
  bool Holds(const Group& group) {
    auto holds = [this](const Node& node) { return Holds(node); };
    return group.any ? std::any_of(group.nodes.begin(), group.nodes.end(), holds)
                     : std::all_of(group.nodes.begin(), group.nodes.end(), holds);
  }

  bool Holds(const Comparison& comparison) {
    size_t slot = SlotOf(comparison.field.column);
    const lua::Value& value = row_.values[slot];
    switch (comparison.field.type()) {
      case Type::kTags: return HoldsTags(comparison, slot);
      case Type::kAttribute: return HoldsAttribute(comparison, slot);
      default: break;
    }
    if (std::holds_alternative<std::monostate>(value)) return comparison.op == Op::kIsNull;
    if (auto* text = std::get_if<std::string_view>(&value)) {
      return CompareText(*text, comparison.op, comparison.constants);
    }
    if (comparison.op == Op::kIsNull) return false;
    if (auto* time = std::get_if<Time>(&value)) return HoldsTime(comparison, *time);
    return CompareNumber(NumberOf(value), comparison.op, comparison.constants);
  }

  static Decimal NumberOf(const lua::Value& value) {
    if (auto* money = std::get_if<Money>(&value)) return Decimal(*money);
    if (auto* integer = std::get_if<int64_t>(&value)) return Decimal(*integer);
    auto* number = std::get_if<double>(&value);
    return number != nullptr ? Decimal::FromDouble(*number) : Decimal();
  }

  bool HoldsTime(const Comparison& comparison, Time time) const {
    if (comparison.op != Op::kIn) {
      return BoundsOf(comparison.op, comparison.constants, now_).Contain(time);
    }
    return std::any_of(comparison.constants.begin(), comparison.constants.end(),
                       [&](const Constant& constant) {
                         return BoundsOf(Op::kEqual, {constant}, now_).Contain(time);
                       });
  }

  bool HoldsTags(const Comparison& comparison, size_t slot) {
    const Json& tags = JsonAt(slot);
    if (comparison.op == Op::kIsNull) return !tags.is_array() || tags.empty();
    return tags.is_array() && std::any_of(tags.begin(), tags.end(), [&](const Json& tag) {
             return tag.is_string() &&
                    CompareText(tag.get_ref<const std::string&>(), Op::kIn, comparison.constants);
           });
  }

  bool HoldsAttribute(const Comparison& comparison, size_t slot) {
    const Json& attributes = JsonAt(slot);
    auto member =
        attributes.is_object() ? attributes.find(comparison.field.attribute) : attributes.end();
    bool missing = !attributes.is_object() || member == attributes.end();
    if (comparison.op == Op::kIsNull) {
      return missing || member->is_null() || *member == "" ||
             (member->is_structured() && member->empty());
    }
    return !missing && HoldsMember(comparison, *member);
  }

  // An attribute compares with constants of its own kind only.
  static bool HoldsMember(const Comparison& comparison, const Json& member) {
    const auto& constants = comparison.constants;
    bool list = comparison.op == Op::kIn;
    if (member.is_boolean()) {
      return std::any_of(constants.begin(), constants.end(), [&](const Constant& constant) {
        auto* flag = std::get_if<bool>(&constant);
        return flag != nullptr && *flag == member.get<bool>();
      });
    }
    if (member.is_string() && (list || std::holds_alternative<std::string>(constants.front()))) {
      return CompareText(member.get_ref<const std::string&>(), comparison.op, constants);
    }
    if (member.is_number() && (list || std::holds_alternative<Decimal>(constants.front()))) {
      auto number = Decimal::Parse(member.dump());
      return number.has_value() && CompareNumber(*number, comparison.op, constants);
    }
    if (!member.is_array() || comparison.op != Op::kContains) return false;
    return std::any_of(member.begin(), member.end(), [&](const Json& part) {
      return part.is_string() &&
             CompareText(part.get_ref<const std::string&>(), Op::kEqual, constants);
    });
  }

  const Json& JsonAt(size_t slot) {
    static const Json kNothing;
    const lua::Value& value = row_.values[slot];
    if (auto* json = std::get_if<const Json*>(&value)) return **json;
    auto* unparsed = std::get_if<lua::JsonText>(&value);
    if (unparsed == nullptr) return kNothing;
    auto& parsed = parsed_[slot];
    if (!parsed.has_value()) parsed = ParseJson(unparsed->text).value_or(Json());
    return *parsed;
  }

  const lua::Row& row_;
  const Time now_;
  std::map<size_t, std::optional<Json>> parsed_;
};

}  // namespace

bool Evaluate(const Node& node, const lua::Row& row, Time now) {
  return Evaluator(row, now).Holds(node);
}

}  // namespace tidings::rule
