#include "rule/comparison_reader.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "lua/pattern.h"
#include "rule/values.h"

namespace tidings::rule {
namespace {

bool IsOrdered(Op op) { return (op >= Op::kLess && op <= Op::kGreaterEqual) || op == Op::kBetween; }

bool IsTextual(Op op) {
  return op == Op::kContains || op == Op::kBeginsWith || op == Op::kEndsWith || op == Op::kMatches;
}

bool TakesNoValue(Op op) {
  return op == Op::kIsMissing || op == Op::kIsNil || op == Op::kIsNumber || op == Op::kIsText;
}

class ComparisonReader {
 public:
  ComparisonReader(const NamedField& field, const NamedOp& op, const Json& value,
                   const std::string& pointer, const Complain& complain)
      : field_(field.field),
        inactive_(field.inactive),
        op_(op.op),
        negated_(op.negated),
        value_(value),
        pointer_(pointer),
        complain_(complain) {}

  Node Read() {
    if (!CheckOperator()) return {};
    Node node = TakesNoValue(op_) ? Leaf(op_, {}) : inactive_ ? ReadInactive() : ReadPlain();
    node.negated = node.negated != negated_;
    return node;
  }

 private:
  Node Leaf(Op op, std::vector<Constant> constants) const {
    return {false, Comparison{{field_}, op, std::move(constants)}};
  }

  bool CheckOperator() {
    Type type = field_.type();
    bool number = type == Type::kNumber || type == Type::kInteger || type == Type::kTime;
    if (type == Type::kTags && op_ == Op::kEqual) op_ = Op::kContains;
    bool tags =
        op_ == Op::kContains || op_ == Op::kIn || op_ == Op::kIsMissing || op_ == Op::kIsNil;
    bool kind = op_ == Op::kIsNumber || op_ == Op::kIsText;
    if (kind && type != Type::kAttribute) {
      complain_(pointer_, "only an attribute may be of any kind");
    } else if (number && IsTextual(op_)) {
      complain_(pointer_, fmt::format("`{}` is no text; compare it with =, !=, <, <=, >, >=, in or "
                                      "between",
                                      field_.Name()));
    } else if (type == Type::kTags && !tags) {
      complain_(pointer_, "tags take the operators contains, in, null and their opposites");
    } else {
      return true;
    }
    return false;
  }

  std::vector<Constant> ReadAll(const std::vector<Json>& values) {
    std::vector<Constant> constants;
    bool many = value_.is_array() && (op_ == Op::kIn || op_ == Op::kBetween);
    for (size_t i = 0; i < values.size(); ++i) {
      auto constant = ReadConstant(values[i], field_, IsOrdered(op_));
      if (constant.has_value())
        constants.push_back(std::move(*constant));
      else
        complain_(many ? pointer_ + "/" + std::to_string(i) : pointer_, constant.error().message);
    }
    return constants;
  }

  Node ReadPlain() {
    if (op_ == Op::kIn) return ReadIn();
    if (op_ == Op::kBetween) return ReadBetween();
    if (value_.is_null()) {
      complain_(pointer_, "a value is missing; for missing ones use the operator `null`");
      return {};
    }
    auto constants = ReadAll({value_});
    if (constants.empty() || (op_ == Op::kMatches && !CheckPattern(constants[0]))) return {};
    if (op_ == Op::kEqual && value_.is_string()) WidenAttribute(constants);
    Op op = constants.size() > 1 ? Op::kIn : op_;
    return Leaf(op, std::move(constants));
  }

  bool CheckPattern(const Constant& constant) {
    auto* text = std::get_if<std::string>(&constant);
    std::string wrong = text == nullptr ? "a pattern is text" : WhyNoPattern(*text);
    if (!wrong.empty()) complain_(pointer_, std::move(wrong));
    return wrong.empty();
  }

  static std::string WhyNoPattern(const std::string& text) try {
    bool regular = lua::Pattern(text, true).ToRegex().has_value();
    return regular ? "" : "a pattern may not use %b, %f or %1 here";
  } catch (const lua::PatternError& error) {
    return error.what();
  }

  Node ReadIn() {
    auto list = ListOf(value_);
    if (static_cast<int>(list.size()) > kMaxListLength) {
      complain_(pointer_, fmt::format("a list may have at most {} values", kMaxListLength));
      return {};
    }
    auto constants = ReadAll(list);
    bool plain =
        std::all_of(list.begin(), list.end(), [](const Json& value) { return !value.is_object(); });
    if (plain) WidenAttribute(constants);
    return Leaf(Op::kIn, std::move(constants));
  }

  // A form field gives "41" and "true" as text: an attribute may hold them as what they are.
  void WidenAttribute(std::vector<Constant>& constants) const {
    if (field_.type() != Type::kAttribute) return;
    for (size_t i = 0, count = constants.size(); i < count; ++i) {
      auto* text = std::get_if<std::string>(&constants[i]);
      if (text == nullptr) continue;
      auto number = Decimal::Parse(*text);
      if (number.has_value())
        constants.emplace_back(*number);
      else if (*text == "true" || *text == "false")
        constants.emplace_back(*text == "true");
    }
  }

  Node ReadBetween() {
    auto list = ListOf(value_);
    if (list.size() != 2) {
      complain_(pointer_, "`between` needs two values, the lower and the upper");
      return {};
    }
    auto constants = ReadAll(list);
    if (constants.size() != 2 || !PutInOrder(constants)) return {};
    return Leaf(Op::kBetween, std::move(constants));
  }

  // Relative times are exchanged where they stand the wrong way round; other values are a mistake.
  bool PutInOrder(std::vector<Constant>& constants) {
    if (constants[0].index() != constants[1].index()) {
      bool time = field_.type() == Type::kTime;
      if (!time) complain_(pointer_, "both values of `between` have to be of the same kind");
      return time;
    }
    if (std::holds_alternative<Ago>(constants[0])) {
      constexpr Time kAnyTime = std::chrono::sys_days(std::chrono::year(2024) / 6 / 15);
      auto moment = [&](int i) { return std::get<Ago>(constants[i]).Before(kAnyTime); };
      if (moment(0) > moment(1)) std::swap(constants[0], constants[1]);
      return true;
    }
    bool ordered = InOrder(constants[0], constants[1]);
    if (!ordered) complain_(pointer_, "the first value of `between` is above the second");
    return ordered;
  }

  static bool InOrder(const Constant& low, const Constant& high) {
    if (auto* number = std::get_if<Decimal>(&low)) return *number <= std::get<Decimal>(high);
    if (auto* text = std::get_if<std::string>(&low)) return *text <= std::get<std::string>(high);
    if (auto* day = std::get_if<Day>(&low)) return day->start <= std::get<Day>(high).start;
    if (auto* time = std::get_if<Time>(&low)) return *time <= std::get<Time>(high);
    return true;
  }

  // Days since the last order: more of them means an older order. So many days exactly means the
  // whole day: from so many on, up to one more.
  Node ReadInactive() {
    bool many = op_ == Op::kIn || op_ == Op::kBetween;
    std::vector<double> days;
    for (const Json& value : many ? ListOf(value_) : std::vector<Json>{value_}) {
      auto number = ReadDays(value);
      if (number.has_value())
        days.push_back(*number);
      else
        complain_(pointer_, number.error().message);
    }
    if (op_ == Op::kBetween && days.size() != 2) {
      complain_(pointer_, "`between` needs two numbers of days");
      return {};
    }
    if (days.empty() && !many) return {};
    return InactiveNode(days);
  }

  Node InactiveNode(const std::vector<double>& days) const {
    switch (op_) {
      case Op::kLess: return Older(Op::kGreater, days[0]);
      case Op::kLessEqual: return Older(Op::kGreaterEqual, days[0]);
      case Op::kGreater: return Older(Op::kLess, days[0]);
      case Op::kGreaterEqual: return Older(Op::kLessEqual, days[0]);
      case Op::kBetween: {
        auto [least, most] = std::minmax(days[0], days[1]);
        return Leaf(Op::kBetween, {DaysAgo(most), DaysAgo(least)});
      }
      default: break;
    }
    Group any{.any = true};
    for (double day : days) any.nodes.push_back(OnDay(std::floor(day)));
    if (any.nodes.size() == 1) return any.nodes.front();
    return {false, std::move(any)};
  }

  static Constant DaysAgo(double days) { return Ago{days, Ago::Unit::kDays}; }
  Node Older(Op op, double days) const { return Leaf(op, {DaysAgo(days)}); }
  Node OnDay(double day) const {
    Group all{.nodes = {Older(Op::kLessEqual, day), Older(Op::kGreater, day + 1)}};
    return {false, std::move(all)};
  }

  const Field field_;
  const bool inactive_;
  Op op_;
  const bool negated_;
  const Json& value_;
  const std::string& pointer_;
  const Complain& complain_;
};

}  // namespace

Node ReadComparison(const NamedField& field, const NamedOp& op, const Json& value,
                    const std::string& value_pointer, const Complain& complain) {
  return ComparisonReader(field, op, value, value_pointer, complain).Read();
}

}  // namespace tidings::rule
