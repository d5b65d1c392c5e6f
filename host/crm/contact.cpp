#include "crm/contact.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"

namespace tidings::crm {
namespace {

constexpr size_t kLongestEmail = 254, kLongestLocal = 64, kLongestLabel = 63;
constexpr size_t kFewestDigits = 3, kMostDigits = 15;

tl::unexpected<std::string> Refuse(std::string why) { return tl::unexpected(std::move(why)); }

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool IsBreak(char c) { return c >= '\t' && c <= '\r'; }
bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlnum(char c) { return IsDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

bool IsLocalChar(char c) {
  return !IsAscii(c) || IsAlnum(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool IsLabelChar(char c) { return !IsAscii(c) || IsAlnum(c) || c == '-'; }

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), IsLabelChar);
}

bool IsDomain(std::string_view domain) {
  if (domain == "localhost") return true;
  if (domain.find('.') == domain.npos) return false;
  for (size_t dot; (dot = domain.find('.')) != domain.npos; domain.remove_prefix(dot + 1)) {
    if (!IsLabel(domain.substr(0, dot))) return false;
  }
  return IsLabel(domain);
}

bool IsLocal(std::string_view local) {
  return !local.empty() && local.size() <= kLongestLocal && local.front() != '.' &&
         local.back() != '.' && local.find("..") == local.npos &&
         std::all_of(local.begin(), local.end(), IsLocalChar);
}

}  // namespace

Checked<std::string> CleanLine(std::string_view text, size_t longest) {
  std::string line(Trim(text));
  bool ascii = true;
  for (char& c : line) {
    if (IsBreak(c)) c = ' ';
    if (IsControl(c)) return Refuse("control characters cannot be kept; remove them");
    ascii = ascii && IsAscii(c);
  }
  if (!ascii && !IsUtf8(line)) return Refuse("this is not UTF-8; convert it");
  if (line.size() > longest) {
    return Refuse(fmt::format("{} bytes are too long; shorten it to {}", line.size(), longest));
  }
  return line;
}

Checked<std::string> CleanEmail(std::string_view text) {
  auto clean = CleanLine(text, kLongestEmail);
  if (!clean) return clean;
  std::string email = LowerAscii(*clean);
  size_t at = email.find('@');
  if (at == email.npos || email.find('@', at + 1) != email.npos) {
    return Refuse("an e-mail address has exactly one @; write it as name@example.com");
  }
  auto local = std::string_view(email).substr(0, at),
       domain = std::string_view(email).substr(at + 1);
  if (!IsLocal(local)) return Refuse("what stands before the @ is no mailbox name; correct it");
  if (!IsDomain(domain)) return Refuse("what stands after the @ is no domain; correct it");
  return email;
}

Checked<std::string> CleanPhone(std::string_view text) {
  std::string phone;
  auto rest = Trim(text);
  bool international = !rest.empty() && rest.front() == '+';
  if (international) rest.remove_prefix(1);
  for (char c : rest) {
    if (IsDigit(c)) {
      phone += c;
    } else if (std::string_view(" -./()").find(c) == std::string_view::npos) {
      return Refuse("a phone number has digits, blanks and + - . / ( ) only; remove the rest");
    }
  }
  if (!international && phone.starts_with("00")) {
    international = true;
    phone.erase(0, 2);
  }
  if (phone.size() < kFewestDigits || phone.size() > kMostDigits) {
    return Refuse(fmt::format("{} digits are no phone number; it has {} to {}", phone.size(),
                              kFewestDigits, kMostDigits));
  }
  return international ? "+" + phone : phone;
}

}  // namespace tidings::crm
