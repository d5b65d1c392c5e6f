#include "rule/lua_value_printer.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "rule/fields.h"
#include "rule/json_printer.h"

namespace tidings::rule {
namespace {

using Function = Call::Function;

// Up to here Lua's numbers tell one ten-thousandth, or one microsecond, from the next.
constexpr double kMostExact = 0x1p53;

std::string RealText(double value) {
  std::string number = fmt::format("{}", value);
  return number.find_first_of(".en") == std::string::npos ? number + ".0" : number;
}

std::string AgoText(const Ago& ago) {
  constexpr const char* kNames[] = {"minutes_ago", "hours_ago",  "days_ago",
                                    "weeks_ago",   "months_ago", "years_ago"};
  return fmt::format("{}({})", kNames[static_cast<int>(ago.unit)],
                     Decimal::FromDouble(ago.count).ToString());
}

void CheckMoment(Time time) {
  if (std::fabs(static_cast<double>(time.time_since_epoch().count())) > kMostExact) {
    throw NoWords{"times before 1684 and after 2255 to the microsecond"};
  }
}

std::string MomentText(Time time) {
  CheckMoment(time);
  return "time.parse(" + LuaQuote(FormatTime(time)) + ")";
}

std::string DayText(Time start) {
  CheckMoment(start);
  return LuaQuote(FormatTime(start).substr(0, 10));
}

// Lua's number has to be the very same one, and near it each amount its own. There are no amounts
// of 10^15 and more.
std::string NumberText(const Decimal& number, const Expr& subject) {
  std::string text = number.ToString();
  double value = number.ToDouble();
  bool integer = text.find('.') == std::string::npos && text.size() < 19;
  bool same = integer || (std::isfinite(value) && Decimal::FromDouble(value) == number);
  double size = std::fabs(value);
  bool amount = subject.type() == Type::kNumber && size * 1e4 > kMostExact && size < 1e15;
  bool attribute = subject.type() == Type::kAttribute && size > kMostExact;
  if (!same || amount || attribute) throw NoWords{"a number of so many digits: " + text};
  return text;
}

bool MayBeNil(const Expr& leaf) {
  if (auto* field = std::get_if<Field>(&leaf.part)) return Info(field->column).nullable;
  auto* aggregate = std::get_if<Aggregate>(&leaf.part);
  return aggregate && (aggregate->function == Aggregate::Function::kLeast ||
                       aggregate->function == Aggregate::Function::kMost);
}

bool IsNonZero(const Expr& divisor) {
  auto* constant = std::get_if<Constant>(&divisor.part);
  return constant != nullptr && std::get<double>(*constant) != 0;
}

void CollectGuards(const Expr& expr, std::vector<std::string>& guards) {
  auto add = [&](const std::string& guard) {
    if (std::find(guards.begin(), guards.end(), guard) == guards.end()) guards.push_back(guard);
  };
  auto* call = std::get_if<Call>(&expr.part);
  if (call == nullptr) {
    if (MayBeNil(expr)) add(LuaValue(expr) + " ~= nil");
    return;
  }
  for (const Expr& argument : call->arguments) CollectGuards(argument, guards);
  bool divides = call->function == Function::kDivide && !IsNonZero(call->arguments.back());
  if (divides) add(LuaValue(call->arguments.back()) + " ~= 0");
}

std::string FieldText(const Field& field) {
  const FieldInfo& info = Info(field.column);
  if (field.column == Column::kAttribute) return "c.attributes[" + LuaQuote(field.attribute) + "]";
  const char* of = field.type() == Type::kItems ? "i" : IsOfOrder(field.column) ? "o" : "c";
  return fmt::format("{}.{}", of, info.row_name);
}

std::string CallText(const Call& call) {
  std::string first = LuaValue(call.arguments.front());
  if (std::holds_alternative<Constant>(call.arguments.front().part)) first = "(" + first + ")";
  switch (call.function) {
    case Function::kLower: return first + ":lower()";
    case Function::kUpper: return first + ":upper()";
    case Function::kLength: return "#" + first;
    case Function::kReal: {
      bool integer = call.arguments.front().type() == Type::kInteger;
      return integer ? "(" + first + " + 0.0)" : first;
    }
    case Function::kFloor: return "(" + first + " // 1.0)";
    default: break;
  }
  constexpr char kSigns[] = "+-*/";
  char sign = kSigns[static_cast<int>(call.function) - static_cast<int>(Function::kAdd)];
  return fmt::format("({} {} {})", first, sign, LuaValue(call.arguments.back()));
}

// A member of a filter of orders, "min_amount = 5"; "" where it takes a function.
std::string MemberText(const Comparison& test, Column column) {
  auto value = [&] { return LuaConstant(test.constants[0], test.subject); };
  bool day = !test.constants.empty() && std::holds_alternative<Day>(test.constants[0]);
  if (column == Column::kOrderStatus && test.op == Op::kEqual) return "status = " + value();
  if (column == Column::kOrderAmount && test.op == Op::kLessEqual) return "max_amount = " + value();
  if (column == Column::kOrderAmount && test.op == Op::kGreaterEqual) {
    return "min_amount = " + value();
  }
  if (column != Column::kOrderDate || day) return "";
  if (test.op == Op::kLess) return "before = " + value();
  return test.op == Op::kGreaterEqual ? "since = " + value() : "";
}

// "{before = x, status = y}", where the conditions stand in the order of their names, as they are
// read; "" where they do not.
std::string FilterText(const std::vector<Node>& where) {
  std::vector<std::string> members;
  for (const Node& node : where) {
    auto* test = node.As<Comparison>();
    if (test == nullptr || node.negated) return "";
    std::string member = MemberText(*test, std::get<Field>(test->subject.part).column);
    bool after = members.empty() || Split(members.back(), ' ')[0] < Split(member, ' ')[0];
    if (member.empty() || !after) return "";
    members.push_back(std::move(member));
  }
  return "{" + Join(members, ", ") + "}";
}

std::string OrdersText(const Aggregate& aggregate) {
  std::string filter = FilterText(aggregate.where);
  if (filter.empty()) {
    Node all = aggregate.where.size() == 1 ? aggregate.where[0]
                                           : Node{false, Group{.nodes = aggregate.where}};
    filter = "(function(o) return " + LuaCondition(all) + " end)";
  }
  return fmt::format("c.orders:{}{}", NameOf(aggregate), filter);
}

}  // namespace

std::string LuaQuote(std::string_view text) {
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

std::string LuaConstant(const Constant& constant, const Expr& subject) {
  if (auto* flag = std::get_if<bool>(&constant)) return *flag ? "true" : "false";
  if (auto* number = std::get_if<Decimal>(&constant)) return NumberText(*number, subject);
  if (auto* text = std::get_if<std::string>(&constant)) return LuaQuote(*text);
  if (auto* ago = std::get_if<Ago>(&constant)) return AgoText(*ago);
  if (auto* time = std::get_if<Time>(&constant)) return MomentText(*time);
  if (auto* day = std::get_if<Day>(&constant)) return DayText(day->start);
  return RealText(std::get<double>(constant));
}

std::string LuaValue(const Expr& expr) {
  if (auto* field = std::get_if<Field>(&expr.part)) return FieldText(*field);
  if (auto* aggregate = std::get_if<Aggregate>(&expr.part)) return OrdersText(*aggregate);
  if (auto* call = std::get_if<Call>(&expr.part)) return CallText(*call);
  return LuaConstant(std::get<Constant>(expr.part), expr);
}

std::vector<std::string> LuaGuards(const Expr& expr) {
  std::vector<std::string> guards;
  CollectGuards(expr, guards);
  return guards;
}

}  // namespace tidings::rule
