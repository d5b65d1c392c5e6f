// Random segment scripts, and smaller ones of the same kind; for tests.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"

namespace tidings::rule {

// A piece of Lua: `text` with each "$0", "$1", ... in it replaced by a child. `kind` says what may
// stand in its place: 'b' a condition, 'n' a number, 's' a text, 'v' any value, 'f' what orders are
// asked by, 'S' statements that end in a return.
struct Piece {
  char kind;
  std::string text;
  std::vector<Piece> children;

  std::string Print() const;
};

// Makes rules of every construct that the symbolic evaluation knows, and of some that it does not.
class LuaMaker {
 public:
  explicit LuaMaker(Random& random) : random_(random) {}

  Piece Rule() { return Statements(3); }
  // The whole file.
  static std::string FileOf(const Piece& rule);

 private:
  template <size_t N>
  const char* Pick(const char* const (&pool)[N]) {
    return pool[random_.Below(N)];
  }
  std::string Local() { return "v" + std::to_string(++locals_); }

  Piece Statements(int depth);
  Piece Condition(int depth);
  Piece SimpleCondition(int depth);
  Piece Comparison(int depth);
  Piece OrderQuestion();
  Piece Number(int depth);
  Piece Text(int depth);
  Piece AnyValue(int depth);
  Piece Filter();
  Piece Question();

  Random& random_;
  int locals_ = 0;
};

namespace maker {

inline constexpr const char* kNumbers[] = {"0",
                                           "1",
                                           "3",
                                           "5",
                                           "10",
                                           "-1",
                                           "0.1",
                                           "4999.9999",
                                           "5000",
                                           "1234.5",
                                           "2^53",
                                           "9007199254740993",
                                           "9007199254740992.0",
                                           "math.huge",
                                           "-math.huge",
                                           "(0/0)",
                                           "math.maxinteger",
                                           "1e40",
                                           "-3",
                                           "1e-7",
                                           "99999999999999.9999",
                                           "0.5",
                                           "41",
                                           "2"};
inline constexpr const char* kStarts[] = {"1", "1", "2", "4"};
inline constexpr const char* kSmall[] = {"0",  "1",   "2",  "3",    "7",   "30",
                                         "-1", "0.5", "90", "1000", "-2.5"};
inline constexpr const char* kTexts[] = {
    "\"\"",       "\"Pune\"",  "\"pune\"", "\"PUNE \"", "\"São Paulo\"",     "\"東京\"",
    "\"O'Hare\"", "\"a%b_c\"", "\"100\"",  "\"41\"",    "\"back\\\\slash\"", "\"é\"",
    "\"x\"",      "\"Z\"",     "\"a\"",    "\"\\xC3\"", "\"a\\0b\"",         "\"vip\"",
    "\"e\""};
inline constexpr const char* kPatterns[] = {
    "\"P\"",     "\"^P\"",     "\"e$\"",       "\"^x$\"",    "\"^P_n\"",    "\"%d\"",
    "\"^%a+$\"", "\"[^a-z]\"", "\"[%w_]+%s\"", "\".\"",      "\"^....$\"",  "\"é\"",
    "\"[é]\"",   "\"%%\"",     "\"a-b\"",      "\"(%a)%1\"", "\"%f[%w]x\"", "\"^[^@]*$\"",
    "\"%u%l\"",  "\"o?'\"",    "\"%\\\\\"",    "\"\""};
inline constexpr const char* kTextFields[] = {"c.city",  "c.name",  "c.status",
                                              "c.email", "c.phone", "c.external_id"};
inline constexpr const char* kNumberFields[] = {"c.total_spend", "c.visit", "c.order_count",
                                                "c.created_at", "c.last_order_date"};
inline constexpr const char* kAttributes[] = {"c.attributes.k", "c.attributes[\"k\\\\\\\"'\"]",
                                              "c.attributes[\"東\"]", "c.attributes.none"};
inline constexpr const char* kTimes[] = {"time.parse(\"2026-03-29\")",
                                         "time.parse(\"2026-03-01T00:00:00Z\")",
                                         "now()",
                                         "now() - 86400 * 90",
                                         "now() - 3600",
                                         "days_ago(90)",
                                         "weeks_ago(2)",
                                         "hours_ago(1.5)",
                                         "months_ago(1)",
                                         "years_ago(0)"};
inline constexpr const char* kDays[] = {"\"2026-03-29\"", "\"2026-01-31\"", "\"2025-12-31\"",
                                        "\"2026-02-30\"", "\"2026\""};
inline constexpr const char* kOrderTests[] = {
    "o.amount > 5000",
    "o.status ~= \"REFUNDED\"",
    "time.date(o.date) >= \"2026-01-31\"",
    "o.date < days_ago(90) or o.amount < 0",
    "between(o.amount, 0, 5000)",
    "any(o.items, function(i) return contains(i.name, \"x\") end)",
    "any(o.items, function(i) return i.sku == nil end)",
    "not any(o.items, function(i) return missing(i.sku) end)",
    "any(o.items, function(i) return i.sku ~= nil and i.sku:find(\"^P\") ~= nil end)",
    "any(o.items, function(i) return i.name == i.sku end)",
    "o.status:lower() == \"completed\"",
    "o.amonut == nil and o.amount >= 5000"};
inline constexpr const char* kStatuses[] = {"\"completed\"", "\"REFUNDED\"",
                                            "{\"pending\", \"cancelled\"}"};
inline constexpr const char* kCompare[] = {"==", "~=", "<", "<=", ">", ">="};

inline void Collect(const Piece& piece, char kind, std::vector<Piece>& found) {
  for (const Piece& child : piece.children) {
    if (child.kind == kind) found.push_back(child);
    Collect(child, kind, found);
  }
}

inline std::vector<Piece> Instead(const Piece& piece) {
  std::vector<Piece> instead;
  Collect(piece, piece.kind, instead);
  const char* least = piece.kind == 'b'   ? "true"
                      : piece.kind == 'n' ? "1"
                      : piece.kind == 's' ? "\"x\""
                      : piece.kind == 'f' ? "{}"
                                          : "nil";
  if (piece.kind == 'S') {
    std::vector<Piece> conditions;
    Collect(piece, 'b', conditions);
    for (Piece& condition : conditions)
      instead.push_back({'S', "return $0", {std::move(condition)}});
  } else if (piece.text != least) {
    instead.push_back({piece.kind, least, {}});
  }
  if (piece.kind == 'b' && piece.text != "false") instead.push_back({'b', "false", {}});
  return instead;
}

}  // namespace maker

inline std::string Piece::Print() const {
  std::string printed;
  for (size_t i = 0; i < text.size(); ++i) {
    bool child = text[i] == '$' && i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
    if (child)
      printed += children[static_cast<size_t>(text[++i] - '0')].Print();
    else
      printed += text[i];
  }
  return printed;
}

inline std::string LuaMaker::FileOf(const Piece& rule) {
  return R"(local SET = {Pune = true, ["São Paulo"] = true, x = false, [41] = true}
local LEVEL = {Pune = 2, pune = 1, Mumbai = 2}
local function points(value, good, best)
  return (value >= best and 2) or (value >= good and 1) or 0
end
local function known(text) return text ~= nil and text ~= "" end
local function some(...) for _, v in ipairs({...}) do if v then return true end end return false end
return segment { match = function(c)
)" + rule.Print() +
         "\nend }\n";
}

inline Piece LuaMaker::Statements(int depth) {
  Piece rest{'S', "return $0", {Condition(3)}};
  if (depth == 0 || random_.Chance(0.4)) return rest;
  rest = Statements(depth - 1);
  std::string name = Local();
  switch (random_.Below(8)) {
    case 0: return {'S', "if $0 then return $1 end\n$2", {Condition(2), Condition(2), rest}};
    case 1:
      return {'S',
              "local " + name + " = $0\nif " + name + " then return $1 end\n$2",
              {AnyValue(2), Condition(2), rest}};
    case 2:
      return {'S',
              "local " + name + " = 0\nif $0 then " + name + " = " + name +
                  " + 1 end\nif $1 then " + name + " = " + name + " + 1 end\nif " + name +
                  " >= 1 then return $2 end\n$3",
              {Condition(1), Condition(1), Condition(1), rest}};
    case 3:
      return {'S',
              "local " + name + " = points($0, $1, $2)\nif " + name + " > 0 and $3 then return " +
                  name + " == 2 end\n$4",
              {Number(1), Number(0), Number(0), Condition(1), rest}};
    case 4:
      return {'S',
              "for _, city in ipairs({\"Pune\", \"x\", \"東京\"}) do if c.city == city and $0 then "
              "return $1 end end\n$2",
              {Condition(1), Condition(1), rest}};
    case 5:
      return {'S',
              "if $0 then\n$1\nelseif $2 then\n$3\nelse\n$4\nend",
              {Condition(2), Statements(depth - 1), Condition(2), Statements(depth - 1), rest}};
    case 6:
      return {'S',
              "local function " + name + "(x) if x then return $0 end return $1 end\nif " + name +
                  "($2) then return $3 end\n$4",
              {AnyValue(1), AnyValue(1), Condition(1), Condition(1), rest}};
    default:
      return {'S',
              "local " + name + " = $0\nfor i = 1, 2 do " + name + " = " + name +
                  " or $1 end\nif " + name + " then return $2 end\n$3",
              {AnyValue(1), AnyValue(1), Condition(1), rest}};
  }
}

inline Piece LuaMaker::Condition(int depth) {
  if (depth == 0 || random_.Chance(0.4)) return SimpleCondition(depth);
  switch (random_.Below(5)) {
    case 0:
    case 1: return {'b', "($0 and $1)", {Condition(depth - 1), Condition(depth - 1)}};
    case 2:
    case 3: return {'b', "($0 or $1)", {Condition(depth - 1), Condition(depth - 1)}};
    default: return {'b', "not $0", {Condition(depth - 1)}};
  }
}

inline Piece LuaMaker::SimpleCondition(int depth) {
  std::string text = Pick(maker::kTextFields), attribute = Pick(maker::kAttributes),
              tag = Pick(maker::kTexts);
  if (random_.Chance(0.25)) return Question();
  switch (random_.Below(18)) {
    case 0: return {'b', "has(c.tags, " + tag + ")", {}};
    case 1: return {'b', "SET[" + text + "]", {}};
    case 2:
      return {
          'b',
          attribute + " == " + (random_.Chance(0.5) ? Pick(maker::kTexts) : Pick(maker::kNumbers)),
          {}};
    case 3: return {'b', attribute, {}};
    case 4:
      return {'b', "($0 and " + attribute + " > " + Pick(maker::kSmall) + ")", {Condition(0)}};
    case 5:
      return {'b', text + " and " + text + ":find(" + Pick(maker::kPatterns) + ") ~= nil", {}};
    case 6: return {'b', "known(" + text + ")", {}};
    case 7: return {'b', "some($0, $1)", {AnyValue(0), AnyValue(0)}};
    case 8: return {'b', text + " == " + Pick(maker::kTextFields), {}};
    case 9: return {'b', "type(" + attribute + ") == \"number\" and " + attribute + " >= 1", {}};
    case 10: return {'b', "c.name:gsub(\"a\", \"b\") == \"bb\"", {}};
    case 11: return OrderQuestion();
    case 12: return {'b', "(" + std::string(Pick(maker::kNumberFields)) + " == nil)", {}};
    case 13: return {'b', "has({\"Pune\", \"x\", 41}, $0)", {AnyValue(0)}};
    case 14:
      return {'b',
              text + " and (" + text + ":sub(" + Pick(maker::kStarts) + ", " + Pick(maker::kSmall) +
                  ") == $0)",
              {Text(0)}};
    default: return Comparison(depth);
  }
}

// What the functions are asked that nil answers too, and its like.
inline Piece LuaMaker::Question() {
  std::string text = Pick(maker::kTextFields), attribute = Pick(maker::kAttributes),
              number = Pick(maker::kNumberFields), part = Pick(maker::kTexts);
  std::string low = Pick(maker::kSmall), high = Pick(maker::kNumbers);
  std::string sign = std::string(" ") + Pick(maker::kCompare) + " ";
  switch (random_.Below(12)) {
    case 0: return {'b', "contains($0, " + part + ")", {AnyValue(1)}};
    case 1:
      if (random_.Chance(0.5)) return {'b', "contains(c.tags, " + part + ")", {}};
      return {'b', "any({\"vip\", \"new\"}, function(t) return has(c.tags, t) end)", {}};
    case 2: return {'b', "missing($0)", {AnyValue(1)}};
    case 3: return {'b', "missing(c.tags)", {}};
    case 4: return {'b', "between($0, " + low + ", " + high + ")", {AnyValue(1)}};
    case 5: return {'b', "between($0, \"P\", " + part + ")", {AnyValue(1)}};
    case 6:
      return {'b',
              "between(" + number + ", " + Pick(maker::kTimes) + ", " + Pick(maker::kTimes) + ")",
              {}};
    case 7: return {'b', "time.date(" + number + ")" + sign + Pick(maker::kDays), {}};
    case 8:
      return {'b',
              "(type(" + attribute + ") == \"string\" and " + attribute + ":find(" +
                  Pick(maker::kPatterns) + ") ~= nil)",
              {}};
    case 9: return {'b', "(" + attribute + " and " + attribute + ":sub(1, 1) == \"x\")", {}};
    case 10: return {'b', "(" + text + ":sub(1, 2)" + sign + part + ")", {}};
    default:
      return {'b',
              "any({\"Pune\", \"x\"}, function(v) return v == " + text + " or $0 end)",
              {Condition(0)}};
  }
}

inline Piece LuaMaker::Comparison(int depth) {
  std::string sign = std::string(" ") + Pick(maker::kCompare) + " ";
  if (random_.Chance(0.3)) return {'b', "($0" + sign + "$1)", {Text(depth), Text(depth)}};
  if (random_.Chance(0.2)) {
    return {
        'b', std::string("(") + Pick(maker::kTimes) + sign + Pick(maker::kNumberFields) + ")", {}};
  }
  return {'b', "($0" + sign + "$1)", {Number(depth), Number(depth)}};
}

inline Piece LuaMaker::Filter() {
  if (random_.Chance(0.3)) {
    std::string first = Pick(maker::kOrderTests), second = Pick(maker::kOrderTests);
    const char* word = random_.Chance(0.5) ? " and " : " or ";
    return {'f', "(function(o) return (" + first + ")" + word + "(" + second + ") end)", {}};
  }
  std::string filter;
  if (random_.Chance(0.5)) filter += std::string("status = ") + Pick(maker::kStatuses) + ", ";
  if (random_.Chance(0.3)) filter += std::string("since = ") + Pick(maker::kTimes) + ", ";
  if (random_.Chance(0.2)) filter += std::string("before = ") + Pick(maker::kTimes) + ", ";
  if (random_.Chance(0.3)) filter += std::string("min_amount = ") + Pick(maker::kNumbers) + ", ";
  if (random_.Chance(0.2)) filter += std::string("max_amount = ") + Pick(maker::kNumbers) + ", ";
  if (random_.Chance(0.3)) filter += std::string("item = ") + Pick(maker::kTexts) + ", ";
  return {'f', "{" + filter + "}", {}};
}

inline Piece LuaMaker::OrderQuestion() {
  switch (random_.Below(3)) {
    case 0: return {'b', "c.orders:any$0", {Filter()}};
    case 1: return {'b', "c.orders:all$0", {Filter()}};
    default:
      return {'b',
              "(c.orders:last$0 or 0) " + std::string(Pick(maker::kCompare)) + " " +
                  Pick(maker::kTimes),
              {Filter()}};
  }
}

inline Piece LuaMaker::Number(int depth) {
  if (depth == 0 || random_.Chance(0.5)) {
    switch (random_.Below(8)) {
      case 0: return {'n', Pick(maker::kNumbers), {}};
      case 1: return {'n', Pick(maker::kSmall), {}};
      case 2: return {'n', "c.orders:count$0", {Filter()}};
      case 3: return {'n', "c.orders:sum$0", {Filter()}};
      case 4: return {'n', std::string("#") + Pick(maker::kTextFields), {}};
      case 5: return {'n', "#c.tags", {}};
      case 6:
        if (random_.Chance(0.7)) return {'n', Pick(maker::kNumberFields), {}};
        return {
            'n', std::string("(tonumber(") + Pick(maker::kAttributes) + ") or $0)", {Number(0)}};
      default: return {'n', Pick(maker::kNumberFields), {}};
    }
  }
  const char* small = Pick(maker::kSmall);
  switch (random_.Below(14)) {
    case 0: return {'n', "($0 + $1)", {Number(depth - 1), Number(depth - 1)}};
    case 1: return {'n', "($0 - $1)", {Number(depth - 1), Number(depth - 1)}};
    case 2: return {'n', std::string("($0 * ") + small + ")", {Number(depth - 1)}};
    case 3: return {'n', std::string("($0 / ") + small + ")", {Number(depth - 1)}};
    case 4: return {'n', "($0 / $1)", {Number(depth - 1), Number(depth - 1)}};
    case 5: return {'n', std::string("($0 % ") + small + ")", {Number(depth - 1)}};
    case 6: return {'n', std::string("($0 // ") + small + ")", {Number(depth - 1)}};
    case 7: return {'n', "-($0)", {Number(depth - 1)}};
    case 8: return {'n', "days_since($0)", {Number(0)}};
    case 9: return {'n', "math.floor($0)", {Number(depth - 1)}};
    case 10: return {'n', "math.abs($0)", {Number(depth - 1)}};
    case 11: return {'n', "math.max($0, $1)", {Number(depth - 1), Number(depth - 1)}};
    case 12: return {'n', std::string("(LEVEL[") + Pick(maker::kTextFields) + "] or 0)", {}};
    default: return {'n', "(c.orders:avg$0 or 0)", {Filter()}};
  }
}

inline Piece LuaMaker::Text(int depth) {
  if (depth == 0 || random_.Chance(0.6)) {
    return {'s', random_.Chance(0.5) ? Pick(maker::kTextFields) : Pick(maker::kTexts), {}};
  }
  switch (random_.Below(5)) {
    case 0: return {'s', "($0):lower()", {Text(depth - 1)}};
    case 1: return {'s', "string.upper($0)", {Text(depth - 1)}};
    case 2: return {'s', "($0 or \"none\")", {Text(depth - 1)}};
    case 3: return {'s', "tostring($0)", {Text(depth - 1)}};
    default: return {'s', "($0 and $1 or $2)", {Condition(depth - 1), Text(0), Text(0)}};
  }
}

inline Piece LuaMaker::AnyValue(int depth) {
  switch (random_.Below(6)) {
    case 0: return {'v', Pick(maker::kTextFields), {}};
    case 1: return {'v', Pick(maker::kAttributes), {}};
    case 2: return {'v', "$0", {Number(depth)}};
    case 3: return {'v', "$0", {Text(depth)}};
    case 4: return {'v', Pick(maker::kNumberFields), {}};
    default: return {'v', "$0", {Condition(depth)}};
  }
}

// Every piece that is `rule` with one part of it made smaller, the largest steps first.
inline std::vector<Piece> Smaller(const Piece& rule) {
  std::vector<Piece> smaller = maker::Instead(rule);
  for (size_t i = 0; i < rule.children.size(); ++i) {
    for (Piece& child : Smaller(rule.children[i])) {
      Piece copy = rule;
      copy.children[i] = std::move(child);
      smaller.push_back(std::move(copy));
    }
  }
  return smaller;
}

}  // namespace tidings::rule
