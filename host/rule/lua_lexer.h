// The words of a Lua file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "rule/lua_syntax.h"

namespace tidings::rule {

enum class TokenKind { kName, kKeyword, kSymbol, kText, kInteger, kReal, kEnd };

// Of a name, keyword or symbol, `text` is how it is written; of a text, what it means.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;
  int64_t integer = 0;
  double real = 0;
  lua_syntax::Place place;
};

// Reads one token after the other. Borrows the source.
class LuaLexer {
 public:
  // `file` is what errors name.
  LuaLexer(std::string_view file, std::string_view source);

  // Fails with kInvalidArgument, "file:line:column: what is wrong".
  Result<Token> Next();

  tl::unexpected<Error> Wrong(lua_syntax::Place place, const std::string& what) const;

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  bool AtEnd() const { return at_ >= source_.size(); }
  void Step();
  lua_syntax::Place Here() const { return {line_, static_cast<int>(at_ - line_start_) + 1}; }

  Status SkipBlank();
  Result<std::string> LongText();  // [[...]], [==[...]==]
  Result<Token> Text(char quote);
  Status Escape(std::string& text);
  Status DecimalEscape(std::string& text);
  Status HexEscape(std::string& text);
  Status CodePointEscape(std::string& text);
  Result<Token> Number();
  Token Word();
  Result<Token> Symbol();

  const std::string_view file_;
  const std::string_view source_;
  size_t at_ = 0;
  size_t line_start_ = 0;
  int line_ = 1;
};

}  // namespace tidings::rule
