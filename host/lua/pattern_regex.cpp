#include <cctype>

#include <fmt/format.h>

#include "lua/pattern.h"

namespace tidings::lua {
namespace {

using Set = std::bitset<256>;

std::string Letter(size_t byte) {
  if (std::isalnum(static_cast<int>(byte)) && byte < 0x80) return {static_cast<char>(byte)};
  return fmt::format("\\u{:04x}", byte);
}

// NUL is left out: PostgreSQL's text cannot hold it.
std::string Bracket(const Set& set) {
  std::string text;
  for (size_t byte = 1; byte < 256; ++byte) {
    if (!set[byte]) continue;
    size_t last = byte;
    while (last < 255 && set[last + 1]) ++last;
    text += Letter(byte);
    if (last > byte) text += "-" + Letter(last);
    byte = last;
  }
  return text.empty() ? "[^\\u0001-\\u00ff]" : "[" + text + "]";
}

bool IsAscii(const Set& set) { return (set >> 128).none(); }

}  // namespace

std::optional<Regex> Pattern::ToRegex() const {
  Regex regex{anchored_ ? "^" : "", true};
  for (const Item& item : items_) {
    switch (item.kind) {
      case Kind::kOpen:
      case Kind::kPosition:
      case Kind::kClose: continue;
      case Kind::kEnd: regex.text += '$'; continue;
      case Kind::kSet: break;
      default: return std::nullopt;
    }
    const Set& set = sets_[item.index];
    regex.text += Bracket(set);
    if (item.repeat != 0) regex.text += item.repeat == '-' ? '*' : item.repeat;
    regex.ascii = regex.ascii && IsAscii(set);
  }
  return regex;
}

}  // namespace tidings::lua
