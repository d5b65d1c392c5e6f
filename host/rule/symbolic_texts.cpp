// string, over the texts of customers.
#include <fmt/format.h>

#include "base/text.h"
#include "lua/pattern.h"
#include "rule/mutation.h"
#include "rule/symbolic_interpreter.h"
#include "rule/symbolic_library.h"
#include "rule/symbolic_number.h"

namespace tidings::rule::symbolic {
namespace {

using Function = rule::Call::Function;

constexpr std::string_view kSpecial = "^$*+?.([%-";

// The argument as text: concrete, a field's, or nothing where SQL cannot say. Raises for nil and
// its like.
std::optional<Value> TextArgument(Interpreter& in, const Values& arguments, size_t index,
                                  const char* function) {
  Site site = in.Here();
  Value value = Resolve(site, index < arguments.size() ? arguments[index] : Value{Nil{}});
  if (value.As<std::string>() || value.As<Text>()) return value;
  std::string_view kind = KindOf(value);
  if (kind == "string" || kind == "number" || kind == "value") return std::nullopt;
  site.Raise(
      fmt::format("bad argument #{} to '{}' (string expected, got {})", index + 1, function, kind));
}

Values Opaque(Interpreter& in, const char* function) {
  return {in.Here().Opaque(fmt::format("`string.{}`", function))};
}

Values ChangeCase(Interpreter& in, const Values& arguments, bool lower) {
  const char* name = lower ? "lower" : "upper";
  auto text = TextArgument(in, arguments, 0, name);
  if (!text) return Opaque(in, name);
  if (auto* concrete = text->As<std::string>()) {
    return {{lower ? LowerAscii(*concrete) : UpperAscii(*concrete)}};
  }
  Function function = lower ? Function::kLower : Function::kUpper;
  return {{Text{{rule::Call{function, {text->As<Text>()->expr}}}}}};
}

Values Length(Interpreter& in, const Values& arguments) {
  auto text = TextArgument(in, arguments, 0, "len");
  if (!text) return Opaque(in, "len");
  if (auto* concrete = text->As<std::string>()) return {{static_cast<int64_t>(concrete->size())}};
  return {{NumberOf({rule::Call{Function::kLength, {text->As<Text>()->expr}}})}};
}

// Counted from 1, or from the end when negative; cut to what there is.
std::string Cut(const std::string& text, int64_t first, int64_t last) {
  auto size = static_cast<int64_t>(text.size());
  if (first < 0) first = std::max<int64_t>(size + first + 1, 1);
  if (last < 0) last = size + last + 1;
  first = std::max<int64_t>(first, 1);
  last = std::min(last, size);
  if (first > last) return "";
  return text.substr(static_cast<size_t>(first - 1), static_cast<size_t>(last - first + 1));
}

// So far into a text, what stands there is still worth a pattern.
constexpr int64_t kMostSkipped = 100;

Values Sub(Interpreter& in, const Values& arguments) {
  auto text = TextArgument(in, arguments, 0, "sub");
  auto* first = arguments.size() > 1 ? arguments[1].As<int64_t>() : nullptr;
  auto* given = arguments.size() > 2 ? arguments[2].As<int64_t>() : nullptr;
  if (!text || !first || (arguments.size() > 2 && !given)) return Opaque(in, "sub");
  int64_t last = given ? *given : -1;
  if (auto* concrete = text->As<std::string>()) return {{Cut(*concrete, *first, last)}};
  const Expr& expr = text->As<Text>()->expr;
  if (*first == 1 && last > 0) return {{Slice{expr, true, last}}};
  bool inside = *first > 1 && *first <= kMostSkipped && last >= *first;
  if (inside) return {{Slice{expr, true, last - *first + 1, *first - 1}}};
  if (*first < 0 && *first > INT32_MIN && last == -1) return {{Slice{expr, false, -*first}}};
  return Opaque(in, "sub");
}

// A pattern that is a text between anchors.
struct Literal {
  bool begins = false, ends = false;
  std::string text;
};

std::optional<Literal> ReadLiteral(std::string_view pattern) {
  Literal literal;
  literal.begins = pattern.starts_with('^');
  if (literal.begins) pattern.remove_prefix(1);
  literal.ends = pattern.ends_with('$') && !pattern.ends_with("%$");
  if (literal.ends) pattern.remove_suffix(1);
  for (size_t i = 0; i < pattern.size(); ++i) {
    bool escaped = pattern[i] == '%' && i + 1 < pattern.size();
    if (escaped && std::isalnum(static_cast<unsigned char>(pattern[i + 1]))) return std::nullopt;
    if (escaped) ++i;
    if (IsBroken(Mutation::kPatternTakenAsText)) escaped = true;
    bool special = kSpecial.find(pattern[i]) != std::string_view::npos || pattern[i] == ')';
    if (special && !escaped) return std::nullopt;
    literal.text += pattern[i];
  }
  return literal;
}

Op OpOf(const Literal& literal) {
  if (literal.begins) return literal.ends ? Op::kEqual : Op::kBeginsWith;
  return literal.ends ? Op::kEndsWith : Op::kContains;
}

// Of an attribute, `contains` would be true of a list too.
Node PartOf(const Expr& text, Op op, const std::string& part) {
  Node node{false, Comparison{text, op, {part}}};
  bool attribute = op == Op::kContains && text.type() == Type::kAttribute;
  return attribute ? And({{false, Comparison{text, Op::kIsText, {}}}, std::move(node)}) : node;
}

// Whether `pattern` is found in the text, as a test; nothing where SQL cannot say.
std::optional<Node> Found(Interpreter& in, const Expr& text, const std::string& pattern,
                          bool plain) {
  if (!IsUtf8(pattern) || pattern.find('\0') != std::string::npos) return std::nullopt;
  if (plain) return PartOf(text, Op::kContains, pattern);
  if (auto literal = ReadLiteral(pattern)) return PartOf(text, OpOf(*literal), literal->text);
  try {
    if (!lua::Pattern(pattern, true).ToRegex()) return std::nullopt;
  } catch (const lua::PatternError& error) {
    in.Here().Raise(error.what());
  }
  return Node{false, Comparison{text, Op::kMatches, {pattern}}};
}

bool IsFirst(const Values& arguments) {
  if (arguments.size() < 3 || arguments[2].IsNil()) return true;
  auto* start = arguments[2].As<int64_t>();
  return start != nullptr && *start == 1;
}

Values Search(Interpreter& in, const Values& arguments, const char* name) {
  auto text = TextArgument(in, arguments, 0, name);
  auto pattern = TextArgument(in, arguments, 1, name);
  bool plain = std::string_view(name) == "find" && arguments.size() > 3;
  if (plain && !arguments[3].IsConcrete()) return Opaque(in, name);
  plain = plain && IsTrue(TruthOf(arguments[3]).surely);
  auto* wanted = pattern ? pattern->As<std::string>() : nullptr;
  bool sayable = text && text->As<Text>() && wanted && IsFirst(arguments);
  auto found = sayable ? Found(in, text->As<Text>()->expr, *wanted, plain) : std::nullopt;
  if (!found) return Opaque(in, name);
  if (in.explorer().Decide(*found)) return {{Something{}}, {Something{}}};
  return {{Nil{}}};
}

}  // namespace

void AddTexts(Functions& functions) {
  auto add = [&](const char* name, auto call) {
    functions[std::string("string.") + name] = {std::string("string.") + name, call};
  };
  add("lower", [](Interpreter& in, Values& arguments) { return ChangeCase(in, arguments, true); });
  add("upper", [](Interpreter& in, Values& arguments) { return ChangeCase(in, arguments, false); });
  add("len", [](Interpreter& in, Values& arguments) { return Length(in, arguments); });
  add("sub", [](Interpreter& in, Values& arguments) { return Sub(in, arguments); });
  add("find", [](Interpreter& in, Values& arguments) { return Search(in, arguments, "find"); });
  add("match", [](Interpreter& in, Values& arguments) { return Search(in, arguments, "match"); });
}

}  // namespace tidings::rule::symbolic
