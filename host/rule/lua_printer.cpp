#include "rule/lua_printer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "rule/lua_value_printer.h"

namespace tidings::rule {
namespace {

std::string AllOf(std::vector<std::string> parts) {
  return parts.size() == 1 ? std::move(parts[0]) : "(" + Join(parts, " and ") + ")";
}

std::string Guarded(const Expr& subject, const std::string& test) {
  std::vector<std::string> parts = LuaGuards(subject);
  parts.push_back(test);
  return AllOf(std::move(parts));
}

// nil may be compared and asked; but nothing can be worked out from it.
std::string GuardedIfCall(const Expr& subject, const std::string& test) {
  return std::holds_alternative<Call>(subject.part) ? Guarded(subject, test) : test;
}

// What raises for an attribute of another kind asks its kind first.
std::string OfKind(const Comparison& test, const std::string& subject, const std::string& text) {
  if (test.subject.type() != Type::kAttribute) return Guarded(test.subject, text);
  bool number = std::holds_alternative<Decimal>(test.constants[0]);
  return fmt::format("(type({}) == \"{}\" and {})", subject, number ? "number" : "string", text);
}

bool IsDay(const Constant& constant) { return std::holds_alternative<Day>(constant); }

// The subject as it is compared with a constant: with a day, its date.
std::string Compared(const Comparison& test, const Constant& constant) {
  std::string subject = LuaValue(test.subject);
  return IsDay(constant) ? "time.date(" + subject + ")" : subject;
}

const char* SignText(Op op) {
  constexpr const char* kSigns[] = {"==", "<", "<=", ">", ">="};
  return kSigns[static_cast<int>(op)];
}

std::string SignTest(const Comparison& test, Op op, const Constant& constant) {
  std::string text = fmt::format("{} {} {}", Compared(test, constant), SignText(op),
                                 LuaConstant(constant, test.subject));
  if (op == Op::kEqual && !IsDay(constant)) return GuardedIfCall(test.subject, text);
  return OfKind(test, LuaValue(test.subject), text);
}

std::string BetweenTest(const Comparison& test) {
  const Constant &low = test.constants[0], &high = test.constants[1];
  if (IsDay(low) != IsDay(high)) {
    return AllOf({SignTest(test, Op::kGreaterEqual, low), SignTest(test, Op::kLessEqual, high)});
  }
  std::string text = fmt::format("between({}, {}, {})", Compared(test, low),
                                 LuaConstant(low, test.subject), LuaConstant(high, test.subject));
  return IsDay(low) ? Guarded(test.subject, text) : GuardedIfCall(test.subject, text);
}

// Those constants that are days, or those that are none.
std::string Among(const Comparison& test, bool days) {
  std::vector<std::string> texts;
  const Constant* one = nullptr;
  for (const Constant& constant : test.constants) {
    if (IsDay(constant) != days) continue;
    one = &constant;
    texts.push_back(LuaConstant(constant, test.subject));
  }
  if (one == nullptr) return "false";
  std::string text = fmt::format("has({{{}}}, {})", Join(texts, ", "), Compared(test, *one));
  return days ? Guarded(test.subject, text) : GuardedIfCall(test.subject, text);
}

std::string InTest(const Comparison& test) {
  auto days = std::count_if(test.constants.begin(), test.constants.end(), IsDay);
  if (days == 0) return Among(test, false);
  if (days == static_cast<int64_t>(test.constants.size())) return Among(test, true);
  return "(" + Among(test, false) + " or " + Among(test, true) + ")";
}

// Where a value that it is worked out from is nil, so is it.
std::string MissingTest(const Comparison& test) {
  std::vector<std::string> nothing;
  bool call = std::holds_alternative<Call>(test.subject.part);
  for (const std::string& guard : call ? LuaGuards(test.subject) : std::vector<std::string>()) {
    nothing.push_back("not (" + guard + ")");
  }
  if (test.op == Op::kIsMissing) nothing.push_back("missing(" + LuaValue(test.subject) + ")");
  if (test.op == Op::kIsNil && !call) nothing.push_back(LuaValue(test.subject) + " == nil");
  if (nothing.empty()) return "false";
  return nothing.size() == 1 ? nothing[0] : "(" + Join(nothing, " or ") + ")";
}

std::string AnyTag(const Comparison& test) {
  std::vector<std::string> tests;
  for (const Constant& tag : test.constants) {
    tests.push_back("has(c.tags, " + LuaConstant(tag, test.subject) + ")");
  }
  return tests.empty() ? "false" : "(" + Join(tests, " or ") + ")";
}

std::string TextTest(const Comparison& test) {
  std::string subject = LuaValue(test.subject);
  const auto& part = std::get<std::string>(test.constants[0]);
  std::string quoted = LuaQuote(part);
  bool begins = test.op == Op::kBeginsWith;
  if (test.op == Op::kContains) {
    return GuardedIfCall(test.subject, fmt::format("contains({}, {})", subject, quoted));
  }
  if (test.op == Op::kMatches) {
    return OfKind(test, subject, fmt::format("{}:find({}) ~= nil", subject, quoted));
  }
  if (part.empty()) {
    return OfKind(test, subject,
                  fmt::format("{}:find(\"{}\") ~= nil", subject, begins ? "^" : "$"));
  }
  std::string range = begins ? fmt::format("1, {}", part.size()) : fmt::format("-{}", part.size());
  return OfKind(test, subject, fmt::format("{}:sub({}) == {}", subject, range, quoted));
}

std::string TypeTest(const Comparison& test) {
  return fmt::format("type({}) == \"{}\"", LuaValue(test.subject),
                     test.op == Op::kIsNumber ? "number" : "string");
}

std::string TestText(const Comparison& test) {
  bool tags = test.subject.type() == Type::kTags;
  switch (test.op) {
    case Op::kIsNil:
    case Op::kIsMissing: return MissingTest(test);
    case Op::kIsNumber:
    case Op::kIsText: return TypeTest(test);
    case Op::kIn: return tags ? AnyTag(test) : InTest(test);
    case Op::kBetween: return BetweenTest(test);
    case Op::kContains:
    case Op::kBeginsWith:
    case Op::kEndsWith:
    case Op::kMatches: return tags ? AnyTag(test) : TextTest(test);
    default: return SignTest(test, test.op, test.constants[0]);
  }
}

std::string PartText(const Comparison& test) {
  std::string text = TestText(test);
  bool item = test.subject.type() == Type::kItems;
  return item ? "any(o.items, function(i) return " + text + " end)" : text;
}

// Both sides were made so that they can be worked out wherever they are not nil.
std::string PartText(const Relation& relation) {
  std::string test = fmt::format("{} {} {}", LuaValue(relation.left), SignText(relation.op),
                                 LuaValue(relation.right));
  std::vector<std::string> parts = LuaGuards(relation.left);
  for (std::string& guard : LuaGuards(relation.right)) {
    if (std::find(parts.begin(), parts.end(), guard) == parts.end()) parts.push_back(guard);
  }
  parts.push_back(std::move(test));
  return AllOf(std::move(parts));
}

std::string PartText(const Group& group) {
  if (group.nodes.empty()) return group.any ? "false" : "true";
  std::vector<std::string> parts;
  for (const Node& node : group.nodes) parts.push_back(LuaCondition(node));
  return "(" + Join(parts, group.any ? " or " : " and ") + ")";
}

}  // namespace

std::string LuaCondition(const Node& node) {
  std::string text = std::visit([](const auto& part) { return PartText(part); }, node.part.any());
  return node.negated ? "not (" + text + ")" : text;
}

Result<std::string> WriteLua(const Node& node) try {
  return LuaCondition(node);
} catch (const NoWords& none) {
  return Fail(Code::kInvalidArgument, "Lua has no words for " + none.what);
}

}  // namespace tidings::rule
