#include "rule/lua_lexer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace tidings::rule {
namespace {

using lua_syntax::Place;

constexpr std::string_view kKeywords[] = {"and",   "break", "do",       "else", "elseif", "end",
                                          "false", "for",   "function", "goto", "if",     "in",
                                          "local", "nil",   "not",      "or",   "repeat", "return",
                                          "then",  "true",  "until",    "while"};

// Longest first, so that the first that fits is the right one.
constexpr std::string_view kSymbols[] = {
    "...", "==", "~=", "<=", ">=", "//", "::", "<<", ">>", "..", "+", "-", "*", "/", "%", "^", "#",
    "&",   "~",  "|",  "<",  ">",  "=",  "(",  ")",  "{",  "}",  "[", "]", ";", ":", ",", "."};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
int HexValue(char c) { return IsDigit(c) ? c - '0' : (c | 32) - 'a' + 10; }

void AppendUtf8(std::string& text, uint32_t point) {
  if (point < 0x80) {
    text += static_cast<char>(point);
    return;
  }
  int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  constexpr int kLead[] = {0, 0xC0, 0xE0, 0xF0};
  text += static_cast<char>(kLead[more] | static_cast<int>(point >> (6 * more)));
  while (more-- > 0) text += static_cast<char>(0x80 | ((point >> (6 * more)) & 0x3F));
}

// "0x10" wraps around like Lua's; a decimal that does not fit 64 bits is a double.
bool ReadInteger(const std::string& digits, int64_t& value) {
  if (digits.size() > 2 && (digits[1] | 32) == 'x') {
    uint64_t bits = 0;
    for (char c : std::string_view(digits).substr(2)) {
      if (!IsHex(c)) return false;
      bits = bits * 16 + static_cast<uint64_t>(HexValue(c));
    }
    value = static_cast<int64_t>(bits);
    return true;
  }
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

LuaLexer::LuaLexer(std::string_view file, std::string_view source) : file_(file), source_(source) {
  if (source_.starts_with("\xEF\xBB\xBF")) at_ = line_start_ = 3;
}

tl::unexpected<Error> LuaLexer::Wrong(Place place, const std::string& what) const {
  return Fail(Code::kInvalidArgument,
              fmt::format("{}:{}:{}: {}", file_, place.line, place.column, what));
}

void LuaLexer::Step() {
  if (source_[at_++] != '\n') return;
  ++line_;
  line_start_ = at_;
}

Status LuaLexer::SkipBlank() {
  while (!AtEnd()) {
    if (IsBlank(Peek())) {
      Step();
    } else if (Peek() == '-' && Peek(1) == '-') {
      at_ += 2;
      bool is_long = Peek() == '[' && (Peek(1) == '[' || Peek(1) == '=');
      size_t start = at_;
      if (is_long && LongText().has_value()) continue;
      at_ = start;
      while (!AtEnd() && Peek() != '\n') Step();
    } else {
      break;
    }
  }
  return {};
}

Result<Token> LuaLexer::Next() {
  TRY(SkipBlank());
  Place place = Here();
  if (AtEnd()) return Token{.place = place};
  char c = Peek();
  if (IsLetter(c)) return Word();
  if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return Number();
  if (c == '"' || c == '\'') return Text(c);
  if (c != '[' || (Peek(1) != '[' && Peek(1) != '=')) return Symbol();
  TRY_ASSIGN(std::string text, LongText());
  return Token{.kind = TokenKind::kText, .text = std::move(text), .place = place};
}

Token LuaLexer::Word() {
  Place place = Here();
  size_t start = at_;
  while (IsLetter(Peek()) || IsDigit(Peek())) ++at_;
  std::string text(source_.substr(start, at_ - start));
  bool keyword = std::find(std::begin(kKeywords), std::end(kKeywords), text) != std::end(kKeywords);
  return {.kind = keyword ? TokenKind::kKeyword : TokenKind::kName,
          .text = std::move(text),
          .place = place};
}

Result<Token> LuaLexer::Symbol() {
  Place place = Here();
  for (std::string_view symbol : kSymbols) {
    if (!source_.substr(at_).starts_with(symbol)) continue;
    at_ += symbol.size();
    return Token{.kind = TokenKind::kSymbol, .text = std::string(symbol), .place = place};
  }
  return Wrong(place, fmt::format("`{}` has no meaning here", Peek()));
}

Result<Token> LuaLexer::Number() {
  Place place = Here();
  size_t start = at_;
  bool hex = Peek() == '0' && (Peek(1) | 32) == 'x';
  while (IsLetter(Peek()) || IsDigit(Peek()) || Peek() == '.') {
    char mark = static_cast<char>(Peek() | 32);
    bool exponent = mark == (hex ? 'p' : 'e');
    ++at_;
    if (exponent && (Peek() == '+' || Peek() == '-')) ++at_;
  }
  std::string digits(source_.substr(start, at_ - start));
  Token token{.kind = TokenKind::kInteger, .place = place};
  if (ReadInteger(digits, token.integer)) return token;
  char* end = nullptr;
  token.kind = TokenKind::kReal;
  token.real = std::strtod(digits.c_str(), &end);
  if (*end != '\0') return Wrong(place, fmt::format("`{}` is no number", digits));
  return token;
}

Result<std::string> LuaLexer::LongText() {
  Place place = Here();
  size_t level = 0;
  while (Peek(1 + level) == '=') ++level;
  if (Peek(1 + level) != '[') return Wrong(place, "expected `[[`");
  at_ += level + 2;
  if (Peek() == '\r') ++at_;
  if (Peek() == '\n') Step();
  std::string close = "]" + std::string(level, '=') + "]";
  size_t end = source_.find(close, at_);
  if (end == std::string_view::npos) {
    return Wrong(place, fmt::format("this text is never closed; end it with `{}`", close));
  }
  std::string text(source_.substr(at_, end - at_));
  while (at_ < end) Step();
  at_ += close.size();
  return text;
}

Result<Token> LuaLexer::Text(char quote) {
  Token token{.kind = TokenKind::kText, .place = Here()};
  Step();
  while (Peek() != quote || AtEnd()) {
    if (AtEnd() || Peek() == '\n') {
      return Wrong(token.place, fmt::format("this text is never closed; end it with {}", quote));
    }
    if (Peek() == '\\') {
      TRY(Escape(token.text));
    } else {
      token.text += Peek();
      Step();
    }
  }
  Step();
  return token;
}

Status LuaLexer::Escape(std::string& text) {
  constexpr std::string_view kNames = "abfnrtv\\\"'\n";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\\"'\n";
  char c = Peek(1);
  size_t simple = kNames.find(c);
  if (simple != std::string_view::npos && at_ + 1 < source_.size()) {
    text += kMeanings[simple];
    Step();
    Step();
    return {};
  }
  if (c == 'z') {
    at_ += 2;
    while (IsBlank(Peek())) Step();
    return {};
  }
  if (c == 'x') return HexEscape(text);
  if (c == 'u') return CodePointEscape(text);
  if (IsDigit(c)) return DecimalEscape(text);
  return Wrong(Here(), fmt::format("`\\{}` is no escape; write `\\\\` for a backslash", c));
}

Status LuaLexer::DecimalEscape(std::string& text) {
  int value = 0;
  size_t digits = 0;
  while (digits < 3 && IsDigit(Peek(1 + digits))) value = value * 10 + Peek(1 + digits++) - '0';
  if (value > 255) return Wrong(Here(), "a decimal escape goes up to \\255");
  text += static_cast<char>(value);
  at_ += 1 + digits;
  return {};
}

Status LuaLexer::HexEscape(std::string& text) {
  if (!IsHex(Peek(2)) || !IsHex(Peek(3))) return Wrong(Here(), "`\\x` takes two hex digits");
  text += static_cast<char>(HexValue(Peek(2)) * 16 + HexValue(Peek(3)));
  at_ += 4;
  return {};
}

Status LuaLexer::CodePointEscape(std::string& text) {
  uint32_t point = 0;
  size_t digit = 3;
  for (; IsHex(Peek(digit)) && point <= 0x10FFFF; ++digit) {
    point = point * 16 + static_cast<uint32_t>(HexValue(Peek(digit)));
  }
  bool fits = Peek(2) == '{' && digit > 3 && Peek(digit) == '}' && point <= 0x10FFFF;
  if (!fits) return Wrong(Here(), "`\\u` takes a code point in hex: \\u{20AC}");
  AppendUtf8(text, point);
  at_ += digit + 1;
  return {};
}

}  // namespace tidings::rule
