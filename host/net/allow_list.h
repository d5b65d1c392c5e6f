// The hosts that an operator has opened.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tidings::net {

class AllowList {
 public:
  // Reads "host:port", "[v6 address]:port" and "host:*". Fails with kInvalidArgument, naming the
  // entry.
  static Result<AllowList> Parse(const std::vector<std::string>& entries);

  // `host` in lower case, a v6 address in brackets, as in the URL.
  bool Allows(std::string_view host, int port) const;

 private:
  struct Entry {
    std::string host;
    int port;  // 0 = any
  };
  static Result<Entry> ParseEntry(std::string_view text);

  std::vector<Entry> entries_;
};

}  // namespace tidings::net
