// Signed callbacks: Standard Webhooks 1.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace receipt_json {

// Checks the headers webhook-id, webhook-timestamp and webhook-signature against the exact bytes of
// the body. Thread-safe once made.
class Verifier {
 public:
  // Secrets as "whsec_" + base64 of 24 to 64 bytes; any of them may have signed. Throws
  // std::invalid_argument where one is none (without showing it).
  Verifier(const std::vector<std::string>& secrets, int64_t tolerance_seconds);

  // Why the call is not to be trusted; "" when it is. `headers` are "Name: value\r\n" lines, `now`
  // in seconds since 1970.
  std::string Check(std::string_view headers, std::string_view body, int64_t now) const;

 private:
  std::vector<std::string> keys_;  // raw bytes
  int64_t tolerance_;              // seconds, either way
};

// The value of a header, without case of its name and blanks around; "" where it is not there.
std::string_view HeaderValue(std::string_view headers, std::string_view name);

}  // namespace receipt_json
