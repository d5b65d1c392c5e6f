// From answers to bytes: the head of a response and the frames of a chunked one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/response.h"

namespace tidings::http {

// How the connection will send the body, decided by it and not by the handler.
struct HeadPlan {
  std::optional<size_t> length;  // Content-Length; none where the status has no body, or a stream
  bool chunked = false;
  bool close = false;     // Connection: close
  bool http10 = false;    // the client speaks HTTP/1.0: say keep-alive aloud
  std::string_view date;  // DateText of now
};

// The default headers of a server, as text prepared once.
class DefaultHeaders {
 public:
  explicit DefaultHeaders(const Headers& headers);
  // Appends those that `given` does not name.
  void AppendMissing(const Headers& given, std::string& out) const;

 private:
  std::vector<std::pair<std::string, std::string>> lines_;  // name, whole line
};

// Status line, headers, empty line. What `response` may not set, or what would break the framing
// (CR, LF, NUL, a name that is no token), is left out and logged.
std::string HeadText(const Response& response, const HeadPlan& plan,
                     const DefaultHeaders& defaults);

// "Sun, 06 Nov 1994 08:49:37 GMT"; `seconds` since 1970.
std::string DateText(int64_t seconds);

// One chunk of a chunked body; `data` is not empty.
std::string ChunkText(std::string_view data);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// May a response of that status have a body at all?
bool MayHaveBody(int status);

}  // namespace tidings::http
