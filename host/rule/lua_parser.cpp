#include "rule/lua_parser.h"

#include <optional>

#include <fmt/format.h>

#include "rule/lua_lexer.h"
#include "rule/lua_scope.h"

namespace tidings::rule {
namespace {

using namespace lua_syntax;  // NOLINT: every name of it is used here

constexpr int kMaxNesting = 100;
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

struct SyntaxError {
  Error error;
};

class LuaParser {
 public:
  LuaParser(std::string_view file, std::string_view source) : lexer_(file, source) {}

  std::shared_ptr<const Function> Parse() {
    Advance();
    auto function = std::make_shared<Function>();
    function->varargs = true;
    scopes_.Enter(*function);
    function->body = ReadBlock();
    scopes_.Leave();
    if (token_.kind != TokenKind::kEnd) Wrong("expected the end of the file");
    return function;
  }

 private:
  // Counts how deep the grammar nests while it lives.
  class Nest {
   public:
    explicit Nest(LuaParser& parser) : depth_(parser.depth_) {
      if (++depth_ > kMaxNesting) parser.Wrong("this nests too deeply; split it up");
    }
    ~Nest() { --depth_; }
    Nest(const Nest&) = delete;
    Nest& operator=(const Nest&) = delete;

   private:
    int& depth_;
  };

  [[noreturn]] void Wrong(const std::string& what) {
    std::string found =
        token_.kind == TokenKind::kEnd ? "the end of the file" : fmt::format("`{}`", Shown(token_));
    throw SyntaxError{lexer_.Wrong(token_.place, what + ", found " + found).value()};
  }

  static std::string Shown(const Token& token) {
    if (token.kind == TokenKind::kInteger) return std::to_string(token.integer);
    if (token.kind == TokenKind::kReal) return fmt::format("{}", token.real);
    return token.text.substr(0, 40);
  }

  void Advance() {
    auto token = lexer_.Next();
    if (!token.has_value()) throw SyntaxError{token.error()};
    token_ = std::move(*token);
  }

  bool Is(std::string_view word) const {
    bool written = token_.kind == TokenKind::kKeyword || token_.kind == TokenKind::kSymbol;
    return written && token_.text == word;
  }
  bool Accept(std::string_view word) {
    if (!Is(word)) return false;
    Advance();
    return true;
  }
  void Expect(std::string_view word) {
    if (!Accept(word)) Wrong(fmt::format("expected `{}`", word));
  }
  // The end of what began at `place` with `opening`.
  void Close(std::string_view word, std::string_view opening, Place place) {
    if (Accept(word)) return;
    Wrong(fmt::format("expected `{}` to close the `{}` of line {}", word, opening, place.line));
  }
  std::string Name() {
    if (token_.kind != TokenKind::kName) Wrong("expected a name");
    std::string name = std::move(token_.text);
    Advance();
    return name;
  }

  template <class T>
  static ExpressionPtr Make(Place place, T part) {
    return std::make_unique<Expression>(Expression{place, std::move(part)});
  }

  // Statements -----------------------------------------------------------------------------------

  bool AtBlockEnd() const {
    return token_.kind == TokenKind::kEnd || Is("end") || Is("else") || Is("elseif") || Is("until");
  }

  Block ReadBlock() {
    scopes_.Open();
    Block block = ReadStatements();
    scopes_.Close();
    return block;
  }

  Block ReadStatements() {
    Nest nest(*this);
    Block block;
    while (!AtBlockEnd()) {
      if (Accept(";")) continue;
      Place place = token_.place;
      bool last = Is("return");
      block.push_back({place, last ? ReadReturn().part : ReadStatement().part});
      if (last) break;
    }
    return block;
  }

  Statement ReadStatement() {
    Place place = token_.place;
    if (Accept("if")) return ReadIf(place);
    if (Accept("while")) return ReadWhile(place);
    if (Accept("do")) return ReadDo(place);
    if (Accept("for")) return ReadFor(place);
    if (Accept("repeat")) return ReadRepeat(place);
    if (Accept("function")) return ReadNamedFunction(place);
    if (Accept("local")) return Accept("function") ? ReadLocalFunction(place) : ReadLocal(place);
    if (Accept("::")) return Name(), Expect("::"), Statement{place, Jump{}};
    if (Accept("goto")) return Name(), Statement{place, Jump{}};
    if (Accept("break")) return {place, Break{}};
    return ReadExpressionStatement(place);
  }

  Statement ReadReturn() {
    Advance();
    Return result;
    if (!AtBlockEnd() && !Is(";")) result.values = ReadList();
    Accept(";");
    if (!AtBlockEnd()) Wrong("`return` has to be the last statement of its block");
    return {{}, std::move(result)};
  }

  Statement ReadIf(Place place) {
    If result;
    do {
      auto condition = ReadExpression();
      Expect("then");
      result.branches.push_back({std::move(condition), ReadBlock()});
    } while (Accept("elseif"));
    if (Accept("else")) result.branches.push_back({nullptr, ReadBlock()});
    Close("end", "if", place);
    return {place, std::move(result)};
  }

  Statement ReadWhile(Place place) {
    auto condition = ReadExpression();
    Expect("do");
    Block body = ReadBlock();
    Close("end", "while", place);
    return {place, While{std::move(condition), std::move(body)}};
  }

  Statement ReadDo(Place place) {
    Block body = ReadBlock();
    Close("end", "do", place);
    return {place, Do{std::move(body)}};
  }

  Statement ReadFor(Place place) {
    std::string name = Name();
    return Is("=") ? ReadNumericFor(place, name) : ReadGenericFor(place, std::move(name));
  }

  Statement ReadNumericFor(Place place, const std::string& name) {
    Advance();
    NumericFor loop;
    loop.first = ReadExpression();
    Expect(",");
    loop.last = ReadExpression();
    if (Accept(",")) loop.step = ReadExpression();
    Expect("do");
    scopes_.Open();
    loop.local = scopes_.Declare(name);
    loop.body = ReadBlock();
    scopes_.Close();
    Close("end", "for", place);
    return {place, std::move(loop)};
  }

  Statement ReadGenericFor(Place place, std::string name) {
    std::vector<std::string> names = {std::move(name)};
    while (Accept(",")) names.push_back(Name());
    Expect("in");
    GenericFor loop;
    loop.values = ReadList();
    Expect("do");
    scopes_.Open();
    for (const auto& each : names) loop.locals.push_back(scopes_.Declare(each));
    loop.body = ReadBlock();
    scopes_.Close();
    Close("end", "for", place);
    return {place, std::move(loop)};
  }

  // The condition sees the locals of the body.
  Statement ReadRepeat(Place place) {
    scopes_.Open();
    Repeat loop;
    loop.body = ReadStatements();
    Close("until", "repeat", place);
    loop.condition = ReadExpression();
    scopes_.Close();
    return {place, std::move(loop)};
  }

  // function a.b:c() ... end
  Statement ReadNamedFunction(Place place) {
    auto target = ReadName();
    bool method = false;
    while (!method && (Is(".") || Is(":"))) {
      method = Is(":");
      Advance();
      Place at = token_.place;
      auto key = Make(at, Name());
      target = Make(at, Index{std::move(target), std::move(key)});
    }
    Assign assign;
    assign.targets.push_back(std::move(target));
    assign.values.push_back(ReadFunction(place, method));
    return {place, std::move(assign)};
  }

  Statement ReadLocalFunction(Place place) {
    int local = scopes_.Declare(Name());
    return {place, DeclareFunction{local, ReadFunction(place, false)}};
  }

  Statement ReadLocal(Place place) {
    std::vector<std::string> names;
    bool closes = false;
    do {
      names.push_back(Name());
      if (Accept("<")) closes = ReadAttribute() || closes;
    } while (Accept(","));
    Declare declare;
    if (Accept("=")) declare.values = ReadList();
    for (const auto& name : names) declare.locals.push_back(scopes_.Declare(name));
    if (closes) return {place, Jump{}};
    return {place, std::move(declare)};
  }

  // "const>" or "close>"; true for the latter.
  bool ReadAttribute() {
    std::string attribute = Name();
    if (attribute != "const" && attribute != "close") Wrong("expected `const` or `close` before");
    Expect(">");
    return attribute == "close";
  }

  Statement ReadExpressionStatement(Place place) {
    auto first = ReadSuffixed();
    if (!Is("=") && !Is(",")) {
      bool call = std::holds_alternative<Call>(first->part) ||
                  std::holds_alternative<MethodCall>(first->part);
      if (!call) Wrong("expected `=`; a value alone does nothing");
      return {place, Evaluate{std::move(first)}};
    }
    Assign assign;
    assign.targets.push_back(std::move(first));
    while (Accept(",")) assign.targets.push_back(ReadSuffixed());
    for (const auto& target : assign.targets) CheckTarget(*target);
    Expect("=");
    assign.values = ReadList();
    return {place, std::move(assign)};
  }

  void CheckTarget(const Expression& target) {
    bool fits = std::holds_alternative<Local>(target.part) ||
                std::holds_alternative<Upvalue>(target.part) ||
                std::holds_alternative<Global>(target.part) ||
                std::holds_alternative<Index>(target.part);
    if (!fits) Wrong("only a variable or a member of a table can be assigned to");
  }

  // Expressions ----------------------------------------------------------------------------------

  std::vector<ExpressionPtr> ReadList() {
    std::vector<ExpressionPtr> list;
    do {
      list.push_back(ReadExpression());
    } while (Accept(","));
    return list;
  }

  const BinaryWord* BinaryHere() const {
    for (const BinaryWord& word : kBinaries) {
      if (Is(word.symbol)) return &word;
    }
    return nullptr;
  }

  ExpressionPtr ReadExpression(int limit = 0) {
    Nest nest(*this);
    auto left = ReadUnary();
    for (auto* word = BinaryHere(); word && word->left > limit; word = BinaryHere()) {
      Place place = token_.place;
      Advance();
      left = Make(place, Binary{word->op, std::move(left), ReadExpression(word->right)});
    }
    return left;
  }

  ExpressionPtr ReadUnary() {
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

  ExpressionPtr ReadSimple() {
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

  template <class T>
  ExpressionPtr Taken(Place place, T value) {
    Advance();
    return Make(place, std::move(value));
  }

  ExpressionPtr ReadName() {
    Place place = token_.place;
    return std::make_unique<Expression>(scopes_.Find(Name(), place));
  }

  ExpressionPtr ReadPrimary() {
    Place place = token_.place;
    if (!Accept("(")) {
      if (token_.kind != TokenKind::kName) Wrong("expected a value");
      return ReadName();
    }
    auto inside = ReadExpression();
    Close(")", "(", place);
    return Make(place, Parenthesis{std::move(inside)});
  }

  ExpressionPtr ReadSuffixed() {
    auto object = ReadPrimary();
    for (int suffixes = 0;; ++suffixes) {
      if (suffixes > kMaxNesting) Wrong("this nests too deeply; split it up");
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

  ExpressionPtr ReadIndex(ExpressionPtr object) {
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

  std::vector<ExpressionPtr> ReadArguments() {
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

  ExpressionPtr ReadTable() {
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
  lua_syntax::Table::Member ReadMember() {
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

  bool NameIsKey() const {
    LuaLexer ahead = lexer_;
    auto next = ahead.Next();
    return next.has_value() && next->kind == TokenKind::kSymbol && next->text == "=";
  }

  ExpressionPtr ReadFunction(Place place, bool method) {
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

  void ReadParameters(Function& function) {
    Expect("(");
    while (!Is(")")) {
      function.varargs = Accept("...");
      if (function.varargs) break;
      scopes_.Declare(Name());
      if (!Accept(",")) break;
    }
    Expect(")");
  }

  LuaLexer lexer_;
  Token token_;
  LuaScopes scopes_;
  int depth_ = 0;
};

}  // namespace

Result<std::shared_ptr<const Function>> ParseLua(std::string_view file,
                                                 std::string_view source) try {
  return LuaParser(file, source).Parse();
} catch (const SyntaxError& error) {
  return Fail(error.error);
}

}  // namespace tidings::rule
