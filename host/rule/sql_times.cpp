#include <fmt/format.h>

#include "base/text.h"
#include "rule/moment.h"
#include "rule/mutation.h"
#include "rule/sql_writer.h"

namespace tidings::rule {
namespace {

constexpr size_t kFewStretches = 3;  // are compared one by one, which an index may serve

// From one moment to another, both in one test or in two.
struct Stretch {
  const Expr* subject;
  Bounds bounds;
};

std::optional<Stretch> HalfOf(const Node& node, Time now) {
  auto* comparison = node.As<Comparison>();
  bool order = comparison != nullptr && !node.negated && IsOrder(comparison->op) &&
               comparison->subject.type() == Type::kTime;
  if (!order) return std::nullopt;
  return Stretch{&comparison->subject, BoundsOf(comparison->op, comparison->constants, now)};
}

std::optional<Stretch> StretchOf(const Node& node, Time now) {
  auto* group = node.As<Group>();
  if (group == nullptr || node.negated || group->any || group->nodes.size() != 2) {
    return std::nullopt;
  }
  auto left = HalfOf(group->nodes[0], now), right = HalfOf(group->nodes[1], now);
  if (!left || !right || !(*left->subject == *right->subject)) return std::nullopt;
  if (!left->bounds.from) std::swap(left, right);
  if (left->bounds.to || right->bounds.from) return std::nullopt;
  left->bounds.to = right->bounds.to;
  left->bounds.to_inclusive = right->bounds.to_inclusive;
  if (!left->bounds.from || !left->bounds.to) return std::nullopt;
  return left;
}

std::string RangeText(const Bounds& bounds) {
  if (*bounds.from > *bounds.to) return "empty";
  return fmt::format("{}\"{}\",\"{}\"{}", bounds.from_inclusive ? '[' : '(',
                     FormatTime(*bounds.from), FormatTime(*bounds.to),
                     bounds.to_inclusive ? ']' : ')');
}

}  // namespace

std::string SqlWriter::PrintTime(const Comparison& comparison, const std::string& subject) {
  if (comparison.op == Op::kIsMissing) return fmt::format("{} is null", subject);
  auto print = [&](const Bounds& bounds) {
    std::vector<std::string> parts;
    if (bounds.from)
      parts.push_back(PrintBound(subject, bounds.from_inclusive ? ">=" : ">", *bounds.from));
    if (bounds.to)
      parts.push_back(PrintBound(subject, bounds.to_inclusive ? "<=" : "<", *bounds.to));
    return Join(parts, " and ");
  };
  if (comparison.op != Op::kIn) return print(BoundsOf(comparison.op, comparison.constants, now_));
  std::vector<std::string> moments;
  for (const Constant& constant : comparison.constants) {
    moments.push_back("(" + print(BoundsOf(Op::kEqual, {constant}, now_)) + ")");
  }
  return moments.empty() ? "false" : Join(moments, " or ");
}

std::string SqlWriter::PrintBound(const std::string& subject, const char* sign, Time time) {
  return fmt::format("{} {} {}", subject, sign, Param(FormatTime(time), "timestamptz"));
}

// One search among sorted stretches instead of two comparisons for each.
std::optional<std::string> SqlWriter::PrintStretches(const Group& group) {
  if (!group.any || group.nodes.size() < kFewStretches) return std::nullopt;
  std::vector<std::string> ranges;
  const Expr* subject = nullptr;
  for (const Node& node : group.nodes) {
    auto stretch = StretchOf(node, now_);
    if (!stretch || (subject != nullptr && !(*subject == *stretch->subject))) return std::nullopt;
    subject = stretch->subject;
    ranges.push_back(RangeText(stretch->bounds));
  }
  std::string list = Param("{" + Join(ranges, ",") + "}", "tstzmultirange");
  return fmt::format("{} @> {}", list, Value(*subject).sql);
}

}  // namespace tidings::rule
