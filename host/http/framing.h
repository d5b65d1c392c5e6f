// From bytes to requests: HTTP/1.1 framing, strictly.
//
// Two readers look at every byte. libhttp-parser takes the message apart; a narrower check of our
// own goes first and refuses what that library lets pass (bare LF, folded lines, blanks before a
// colon, repeated lengths, sloppy chunk sizes): whatever two programs could read in two ways is
// how requests are smuggled. Where the two disagree, the request is malformed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/headers.h"

namespace tidings::http {

struct FramingLimits {
  size_t max_target = 8 << 10;  // bytes of the request target; more is 414
  size_t max_head = 32 << 10;   // bytes from the method to the empty line; more is 431
  int max_fields = 100;         // header fields; more is 431
};

// Why a request cannot be read, as the status and the text to answer. The connection is of no
// further use, since nobody knows where the next request would begin.
struct FramingError {
  int status = 400;
  std::string detail;
};

struct RequestHead {
  std::string method;
  std::string target;
  Headers headers;
  int minor_version = 1;
  bool keep_alive = true;
  bool chunked = false;
  uint64_t length = 0;  // of the body, when it is not chunked

  bool has_body() const { return chunked || length > 0; }
};

// Reads the requests of one connection, one after the other. For each: kHead, any number of kBody,
// kEnd. Not thread-safe. Split points make no difference: bytes may come one at a time.
class Framing {
 public:
  enum class Event {
    kNeedMore,  // all input is taken, and it is not enough
    kHead,      // head() is a whole head; take it
    kBody,      // piece() is the next part of the body, never empty; it points into the input
    kEnd,       // the request is complete; the next call begins another
    kError,     // error() tells why; every further call says the same
  };

  explicit Framing(const FramingLimits& limits);
  Framing(Framing&&) noexcept;
  ~Framing();

  // Takes bytes from the front of `input` until something has happened, and leaves the rest. Call
  // again with what is left, also when nothing is, until it says kNeedMore.
  Event Next(std::string_view& input);

  RequestHead& head();
  std::string_view piece() const;
  const FramingError& error() const;

  // Has a request begun that has not come completely?
  bool started() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::http
