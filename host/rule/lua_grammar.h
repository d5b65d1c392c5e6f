// The two halves of lua_parser.h: statements (lua_parser.cpp) and expressions
// (lua_expressions.cpp). Internal to them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rule/lua_lexer.h"
#include "rule/lua_scope.h"

namespace tidings::rule {

inline constexpr int kMaxLuaNesting = 100;

struct SyntaxError {
  Error error;
};

// Reads by recursive descent, one token ahead.
class LuaParser {
 public:
  using Block = lua_syntax::Block;
  using Expression = lua_syntax::Expression;
  using ExpressionPtr = lua_syntax::ExpressionPtr;
  using Function = lua_syntax::Function;
  using Place = lua_syntax::Place;
  using Statement = lua_syntax::Statement;

  LuaParser(std::string_view file, std::string_view source) : lexer_(file, source) {}

  // The file as a function. Throws SyntaxError.
  std::shared_ptr<const Function> Parse();

 private:
  // Counts how deep the grammar nests while it lives.
  class Nest {
   public:
    explicit Nest(LuaParser& parser) : depth_(parser.depth_) {
      if (++depth_ > kMaxLuaNesting) parser.Wrong("this nests too deeply; split it up");
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

  // lua_parser.cpp
  bool AtBlockEnd() const;
  Block ReadBlock();
  Block ReadStatements();
  Statement ReadStatement();
  Statement ReadReturn();
  Statement ReadIf(Place place);
  Statement ReadWhile(Place place);
  Statement ReadDo(Place place);
  Statement ReadFor(Place place);
  Statement ReadNumericFor(Place place, const std::string& name);
  Statement ReadGenericFor(Place place, std::string name);
  Statement ReadRepeat(Place place);
  Statement ReadNamedFunction(Place place);
  Statement ReadLocalFunction(Place place);
  Statement ReadLocal(Place place);
  bool ReadAttribute();
  Statement ReadExpressionStatement(Place place);
  void CheckTarget(const Expression& target);

  // lua_expressions.cpp
  std::vector<ExpressionPtr> ReadList();
  ExpressionPtr ReadExpression(int limit = 0);
  ExpressionPtr ReadUnary();
  ExpressionPtr ReadSimple();
  ExpressionPtr ReadName();
  ExpressionPtr ReadPrimary();
  ExpressionPtr ReadSuffixed();
  ExpressionPtr ReadIndex(ExpressionPtr object);
  std::vector<ExpressionPtr> ReadArguments();
  ExpressionPtr ReadTable();
  lua_syntax::Table::Member ReadMember();
  bool NameIsKey() const;
  ExpressionPtr ReadFunction(Place place, bool method);
  void ReadParameters(Function& function);
  template <class T>
  ExpressionPtr Taken(Place place, T value) {
    Advance();
    return Make(place, std::move(value));
  }

  LuaLexer lexer_;
  Token token_;
  LuaScopes scopes_;
  int depth_ = 0;
};

}  // namespace tidings::rule
