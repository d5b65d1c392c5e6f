#include "rule/sql.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "rule/fields.h"
#include "rule/moment.h"

namespace tidings::rule {
namespace {

const char* Sign(Op op) {
  switch (op) {
    case Op::kLess: return "<";
    case Op::kLessEqual: return "<=";
    case Op::kGreater: return ">";
    case Op::kGreaterEqual: return ">=";
    default: return "=";
  }
}

bool IsOrder(Op op) { return op >= Op::kLess && op <= Op::kGreaterEqual; }

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

std::string Same(const std::string& text) { return text; }
std::string Number(const Decimal& number) { return number.ToString(); }

// A constant of an attribute as JSON; numbers exactly as they are written.
std::string JsonOf(const Constant& constant) {
  if (auto* flag = std::get_if<bool>(&constant)) return *flag ? "true" : "false";
  if (auto* number = std::get_if<Decimal>(&constant)) return number->ToString();
  return ToLine(Json(std::get<std::string>(constant)));
}

class SqlWriter {
 public:
  SqlWriter(Time now, int first_param) : now_(now), next_(first_param) {}

  Sql Write(const Node& node) {
    sql_.where = "(" + Print(node, false) + ")";
    return std::move(sql_);
  }

 private:
  // What a comparison is in SQL, and whether it can be NULL.
  struct Leaf {
    std::string text;
    bool nullable;
  };

  std::string Param(std::string value, const char* type) {
    sql_.params.push_back(std::move(value));
    return fmt::format("${}::{}", next_++, type);
  }

  std::string Print(const Node& node, bool negated) {
    negated = negated != node.negated;
    if (auto* group = std::get_if<Group>(&node.part)) return Print(*group, negated);
    Leaf leaf = Print(std::get<Comparison>(node.part));
    if (!negated) return leaf.text;
    return leaf.nullable ? "(" + leaf.text + ") is not true" : "not (" + leaf.text + ")";
  }

  std::string Print(const Group& group, bool negated) {
    bool any = group.any != negated;
    if (group.nodes.empty()) return any ? "false" : "true";
    std::vector<std::string> parts;
    for (const Node& node : group.nodes) parts.push_back("(" + Print(node, negated) + ")");
    return Join(parts, any ? " or " : " and ");
  }

  Leaf Print(const Comparison& comparison) {
    const FieldInfo& info = Info(comparison.field.column);
    switch (info.type) {
      case Type::kText: return {PrintText(comparison, info.sql), info.nullable};
      case Type::kNumber: return {PrintNumber(comparison, info.sql), info.nullable};
      case Type::kTime: return {PrintTime(comparison, info.sql), info.nullable};
      case Type::kTags: return {PrintTags(comparison), false};
      case Type::kAttribute: return {PrintAttribute(comparison), true};
    }
    return {"false", false};
  }

  std::string PrintText(const Comparison& comparison, const std::string& column) {
    const auto& constants = comparison.constants;
    auto text = [&](size_t i) { return Param(std::get<std::string>(constants[i]), "text"); };
    if (IsOrder(comparison.op)) {
      return fmt::format("{} collate \"C\" {} {}", column, Sign(comparison.op), text(0));
    }
    switch (comparison.op) {
      case Op::kContains: return fmt::format("strpos({}, {}) > 0", column, text(0));
      case Op::kBeginsWith: return fmt::format("starts_with({}, {})", column, text(0));
      case Op::kEndsWith: {
        std::string constant = text(0);
        return fmt::format("right({}, length({})) = {}", column, constant, constant);
      }
      case Op::kIn: {
        auto list = ArrayText(TextsOf<std::string>(constants, Same));
        return fmt::format("{} = any({})", column, Param(list, "text[]"));
      }
      case Op::kBetween: {
        std::string low = text(0), high = text(1);
        return fmt::format("{} collate \"C\" between {} and {}", column, low, high);
      }
      case Op::kIsNull: return fmt::format("coalesce({}, '') = ''", column);
      default: return fmt::format("{} = {}", column, text(0));
    }
  }

  std::string PrintNumber(const Comparison& comparison, const std::string& column) {
    const auto& constants = comparison.constants;
    auto number = [&](size_t i) {
      return Param(Number(std::get<Decimal>(constants[i])), "numeric");
    };
    switch (comparison.op) {
      case Op::kIsNull: return fmt::format("{} is null", column);
      case Op::kIn: {
        auto list = ArrayText(TextsOf<Decimal>(constants, Number));
        return fmt::format("{} = any({})", column, Param(list, "numeric[]"));
      }
      case Op::kBetween: {
        std::string low = number(0), high = number(1);
        return fmt::format("{} between {} and {}", column, low, high);
      }
      default: return fmt::format("{} {} {}", column, Sign(comparison.op), number(0));
    }
  }

  std::string PrintTime(const Comparison& comparison, const std::string& column) {
    if (comparison.op == Op::kIsNull) return fmt::format("{} is null", column);
    if (comparison.op != Op::kIn) {
      return PrintBounds(BoundsOf(comparison.op, comparison.constants, now_), column);
    }
    std::vector<std::string> days;
    for (const Constant& constant : comparison.constants) {
      days.push_back("(" + PrintBounds(BoundsOf(Op::kEqual, {constant}, now_), column) + ")");
    }
    return days.empty() ? "false" : Join(days, " or ");
  }

  std::string PrintBounds(const Bounds& bounds, const std::string& column) {
    std::vector<std::string> parts;
    if (bounds.from)
      parts.push_back(PrintBound(column, bounds.from_inclusive ? ">=" : ">", *bounds.from));
    if (bounds.to)
      parts.push_back(PrintBound(column, bounds.to_inclusive ? "<=" : "<", *bounds.to));
    return Join(parts, " and ");
  }

  std::string PrintBound(const std::string& column, const char* sign, Time time) {
    return fmt::format("{} {} {}", column, sign, Param(FormatTime(time), "timestamptz"));
  }

  std::string PrintTags(const Comparison& comparison) {
    if (comparison.op == Op::kIsNull) return "cardinality(c.tags) = 0";
    auto list = ArrayText(TextsOf<std::string>(comparison.constants, Same));
    return fmt::format("c.tags && {}", Param(list, "text[]"));
  }

  // Equality asks the whole column, so that an index over it can serve. The rest looks at the
  // member's own type first: a comparison with another kind is false.
  std::string PrintAttribute(const Comparison& comparison) {
    const std::string& name = comparison.field.attribute;
    const auto& constants = comparison.constants;
    if (comparison.op == Op::kEqual) {
      auto object = fmt::format("{{{}:{}}}", ToLine(Json(name)), JsonOf(constants[0]));
      return fmt::format("c.attributes @> {}", Param(object, "jsonb"));
    }
    std::string member = fmt::format("c.attributes -> {}", Param(name, "text"));
    if (comparison.op == Op::kIsNull) {
      return fmt::format("coalesce({}, 'null') in ('null', '\"\"', '[]', '{{}}')", member);
    }
    if (comparison.op == Op::kIn) {
      std::vector<std::string> list;
      for (const Constant& constant : constants) list.push_back(JsonOf(constant));
      return fmt::format("({}) = any({})", member, Param(ArrayText(list), "jsonb[]"));
    }
    return PrintTyped(comparison, member);
  }

  std::string PrintTyped(const Comparison& comparison, const std::string& member) {
    std::string text = fmt::format("(({}) #>> '{{}}')", member);
    if (std::holds_alternative<Decimal>(comparison.constants.front())) {
      return fmt::format("case when jsonb_typeof({}) = 'number' then {} end", member,
                         PrintNumber(comparison, text + "::numeric"));
    }
    std::string list;
    if (comparison.op == Op::kContains) {
      std::string part = Param(std::get<std::string>(comparison.constants[0]), "text");
      list = fmt::format(" when 'array' then ({}) @> to_jsonb({})", member, part);
    }
    return fmt::format("case jsonb_typeof({}) when 'string' then {}{} end", member,
                       PrintText(comparison, text), list);
  }

  const Time now_;
  int next_;
  Sql sql_;
};

}  // namespace

Sql WriteSql(const Node& node, Time now, int first_param) {
  return SqlWriter(now, first_param).Write(node);
}

}  // namespace tidings::rule
