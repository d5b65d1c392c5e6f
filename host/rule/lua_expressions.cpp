#include "rule/lua_grammar.h"

namespace tidings::rule {

using namespace lua_syntax;  // NOLINT: every name of it is used here

namespace {

constexpr int kUnaryPriority = 12;

struct BinaryWord {
  std::string_view symbol;
  Operator op;
  int left, right;  // how tightly it binds to either side
};
constexpr BinaryWord kBinaries[] = {{"or", Operator::kOr, 1, 1},
                                    {"and", Operator::kAnd, 2, 2},
                                    {"<", Operator::kLess, 3, 3},
                                    {">", Operator::kGreater, 3, 3},
                                    {"<=", Operator::kLessEqual, 3, 3},
                                    {">=", Operator::kGreaterEqual, 3, 3},
                                    {"~=", Operator::kNotEqual, 3, 3},
                                    {"==", Operator::kEqual, 3, 3},
                                    {"|", Operator::kBitwise, 4, 4},
                                    {"~", Operator::kBitwise, 5, 5},
                                    {"&", Operator::kBitwise, 6, 6},
                                    {"<<", Operator::kBitwise, 7, 7},
                                    {">>", Operator::kBitwise, 7, 7},
                                    {"..", Operator::kConcat, 9, 8},
                                    {"+", Operator::kAdd, 10, 10},
                                    {"-", Operator::kSubtract, 10, 10},
                                    {"*", Operator::kMultiply, 11, 11},
                                    {"/", Operator::kDivide, 11, 11},
                                    {"//", Operator::kFloorDivide, 11, 11},
                                    {"%", Operator::kModulo, 11, 11},
                                    {"^", Operator::kPower, 14, 13}};

// Whether Lua compiles it to a jump, which 5.4.4 gets wrong as the key into an upvalue.
bool IsJump(const Expression& key) {
  if (auto* unary = std::get_if<Unary>(&key.part)) return unary->op == Operator::kNot;
  auto* binary = std::get_if<Binary>(&key.part);
  return binary != nullptr && binary->op >= Operator::kEqual && binary->op <= Operator::kOr;
}

const BinaryWord* BinaryAt(const Token& token) {
  bool written = token.kind == TokenKind::kKeyword || token.kind == TokenKind::kSymbol;
  for (const BinaryWord& word : kBinaries) {
    if (written && word.symbol == token.text) return &word;
  }
  return nullptr;
}

}  // namespace

std::vector<ExpressionPtr> LuaParser::ReadList() {
  std::vector<ExpressionPtr> list;
  do {
    list.push_back(ReadExpression());
  } while (Accept(","));
  return list;
}

ExpressionPtr LuaParser::ReadExpression(int limit) {
  Nest nest(*this);
  auto left = ReadUnary();
  for (auto* word = BinaryAt(token_); word && word->left > limit; word = BinaryAt(token_)) {
    Place place = token_.place;
    Advance();
    left = Make(place, Binary{word->op, std::move(left), ReadExpression(word->right)});
  }
  return left;
}

ExpressionPtr LuaParser::ReadUnary() {
  Place place = token_.place;
  constexpr std::pair<std::string_view, Operator> kUnaries[] = {{"not", Operator::kNot},
                                                                {"-", Operator::kNegate},
                                                                {"#", Operator::kLength},
                                                                {"~", Operator::kBitwise}};
  for (const auto& [symbol, op] : kUnaries) {
    if (Accept(symbol)) return Make(place, Unary{op, ReadExpression(kUnaryPriority)});
  }
  return ReadSimple();
}

ExpressionPtr LuaParser::ReadSimple() {
  Place place = token_.place;
  switch (token_.kind) {
    case TokenKind::kInteger: return Taken(place, token_.integer);
    case TokenKind::kReal: return Taken(place, token_.real);
    case TokenKind::kText: return Taken(place, std::move(token_.text));
    default: break;
  }
  if (Accept("nil")) return Make(place, Nil{});
  if (Accept("true")) return Make(place, true);
  if (Accept("false")) return Make(place, false);
  if (Accept("...")) return Make(place, Varargs{});
  if (Is("{")) return ReadTable();
  if (Accept("function")) return ReadFunction(place, false);
  return ReadSuffixed();
}

ExpressionPtr LuaParser::ReadName() {
  Place place = token_.place;
  return std::make_unique<Expression>(scopes_.Find(Name(), place));
}

ExpressionPtr LuaParser::ReadPrimary() {
  Place place = token_.place;
  if (!Accept("(")) {
    if (token_.kind != TokenKind::kName) Wrong("expected a value");
    return ReadName();
  }
  auto inside = ReadExpression();
  Close(")", "(", place);
  return Make(place, Parenthesis{std::move(inside)});
}

ExpressionPtr LuaParser::ReadSuffixed() {
  auto object = ReadPrimary();
  for (int suffixes = 0;; ++suffixes) {
    if (suffixes > kMaxLuaNesting) Wrong("this nests too deeply; split it up");
    Place place = token_.place;
    if (Accept(".")) {
      auto key = Make(token_.place, Name());
      object = Make(place, Index{std::move(object), std::move(key)});
    } else if (Is("[")) {
      object = ReadIndex(std::move(object));
    } else if (Accept(":")) {
      std::string name = Name();
      object = Make(place, MethodCall{std::move(object), std::move(name), ReadArguments()});
    } else if (Is("(") || Is("{") || token_.kind == TokenKind::kText) {
      object = Make(place, lua_syntax::Call{std::move(object), ReadArguments()});
    } else {
      return object;
    }
  }
}

ExpressionPtr LuaParser::ReadIndex(ExpressionPtr object) {
  Place place = token_.place;
  Advance();
  auto key = ReadExpression();
  if (std::holds_alternative<Upvalue>(object->part) && IsJump(*key)) {
    throw SyntaxError{lexer_
                          .Wrong(place,
                                 "Lua 5.4.4 reads a comparison inside [] wrongly where the table "
                                 "is from outside the function; give the comparison a name "
                                 "first: `local same = a == b`, then `t[same]`")
                          .value()};
  }
  Close("]", "[", place);
  return Make(place, Index{std::move(object), std::move(key)});
}

std::vector<ExpressionPtr> LuaParser::ReadArguments() {
  Place place = token_.place;
  std::vector<ExpressionPtr> arguments;
  if (token_.kind == TokenKind::kText || Is("{")) {
    arguments.push_back(ReadSimple());
    return arguments;
  }
  Expect("(");
  if (!Is(")")) arguments = ReadList();
  Close(")", "(", place);
  return arguments;
}

ExpressionPtr LuaParser::ReadTable() {
  Place place = token_.place;
  Advance();
  lua_syntax::Table table;
  while (!Is("}")) {
    table.members.push_back(ReadMember());
    if (!Accept(",") && !Accept(";")) break;
  }
  Close("}", "{", place);
  return Make(place, std::move(table));
}

// `[key] = value`, `name = value` or a value. Only the sign after a name tells the last two
// apart.
Table::Member LuaParser::ReadMember() {
  Place place = token_.place;
  if (Accept("[")) {
    auto key = ReadExpression();
    Close("]", "[", place);
    Expect("=");
    return {std::move(key), ReadExpression()};
  }
  if (token_.kind != TokenKind::kName || !NameIsKey()) return {nullptr, ReadExpression()};
  auto key = Make(place, Name());
  Expect("=");
  return {std::move(key), ReadExpression()};
}

bool LuaParser::NameIsKey() const {
  LuaLexer ahead = lexer_;
  auto next = ahead.Next();
  return next.has_value() && next->kind == TokenKind::kSymbol && next->text == "=";
}

ExpressionPtr LuaParser::ReadFunction(Place place, bool method) {
  auto function = std::make_shared<Function>();
  function->place = place;
  scopes_.Enter(*function);
  if (method) scopes_.Declare("self");
  ReadParameters(*function);
  function->parameters = function->locals;
  function->body = ReadBlock();
  Close("end", "function", place);
  scopes_.Leave();
  return Make(place, Lambda{std::move(function)});
}

void LuaParser::ReadParameters(Function& function) {
  Expect("(");
  while (!Is(")")) {
    function.varargs = Accept("...");
    if (function.varargs) break;
    scopes_.Declare(Name());
    if (!Accept(",")) break;
  }
  Expect(")");
}

}  // namespace tidings::rule
