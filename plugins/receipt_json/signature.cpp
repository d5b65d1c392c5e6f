#include "signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>
#include <stdexcept>

namespace receipt_json {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool SameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

int Digit(char c) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t digit = kDigits.find(c);
  return digit == std::string_view::npos ? -1 : static_cast<int>(digit);
}

// "" where it is no base64; padding may be left out.
std::string FromBase64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    int digit = Digit(c);
    if (digit < 0) return "";
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

std::string KeyOf(std::string_view secret) {
  constexpr std::string_view kPrefix = "whsec_";
  bool prefixed = secret.substr(0, kPrefix.size()) == kPrefix;
  std::string key = FromBase64(prefixed ? secret.substr(kPrefix.size()) : secret);
  if (key.size() < 24 || key.size() > 64) {
    throw std::invalid_argument("the secret must be whsec_ and the base64 of 24 to 64 bytes");
  }
  return key;
}

std::string Sign(const std::string& key, const std::string& content) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest,
            &size)) {
    throw std::runtime_error("OpenSSL cannot compute an HMAC");
  }
  return std::string(reinterpret_cast<char*>(digest), size);
}

// Whether one of the signatures ("v1,BASE64 v1,BASE64") is `expected`, in time that tells nothing.
bool AnyIs(std::string_view signatures, const std::string& expected) {
  bool any = false;
  while (!signatures.empty()) {
    size_t end = std::min(signatures.find(' '), signatures.size());
    std::string_view one = signatures.substr(0, end);
    signatures.remove_prefix(std::min(end + 1, signatures.size()));
    if (one.substr(0, 3) != "v1,") continue;
    std::string given = FromBase64(one.substr(3));
    any |= given.size() == expected.size() &&
           CRYPTO_memcmp(given.data(), expected.data(), expected.size()) == 0;
  }
  return any;
}

}  // namespace

std::string_view HeaderValue(std::string_view headers, std::string_view name) {
  while (!headers.empty()) {
    size_t end = std::min(headers.find("\r\n"), headers.size());
    std::string_view line = headers.substr(0, end);
    headers.remove_prefix(std::min(end + 2, headers.size()));
    size_t colon = line.find(':');
    if (colon != std::string_view::npos && SameName(Trim(line.substr(0, colon)), name)) {
      return Trim(line.substr(colon + 1));
    }
  }
  return "";
}

Verifier::Verifier(const std::vector<std::string>& secrets, int64_t tolerance_seconds)
    : tolerance_(tolerance_seconds) {
  for (auto& secret : secrets) keys_.push_back(KeyOf(secret));
}

std::string Verifier::Check(std::string_view headers, std::string_view body, int64_t now) const {
  auto id = HeaderValue(headers, "webhook-id");
  auto timestamp = HeaderValue(headers, "webhook-timestamp");
  auto signatures = HeaderValue(headers, "webhook-signature");
  if (id.empty() || timestamp.empty() || signatures.empty()) {
    return "not signed: the headers webhook-id, webhook-timestamp and webhook-signature are needed";
  }
  int64_t signed_at = 0;
  auto read = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), signed_at);
  if (read.ec != std::errc() || read.ptr != timestamp.data() + timestamp.size()) {
    return "webhook-timestamp is no number of seconds";
  }
  if (signed_at < now - tolerance_ || signed_at > now + tolerance_) {
    return "signed too long ago, or in the future: look at the clocks";
  }
  std::string content(id);
  content.append(".").append(timestamp).append(".").append(body);
  for (auto& key : keys_) {
    if (AnyIs(signatures, Sign(key, content))) return "";
  }
  return "the signature does not fit the body and the secret";
}

}  // namespace receipt_json
