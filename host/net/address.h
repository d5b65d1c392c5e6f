// Which addresses lie in the public internet.
#pragma once

#include <string>

#include <sys/socket.h>

#include "base/result.h"

namespace tidings::net {

// An IPv4 or IPv6 address with its port. A value.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
  std::string ToString() const;  // "203.0.113.9", "2001:db8::1"; without the port
};

// What keeps an address from being a public unicast one, as words: "a loopback address", "a private
// address". Empty when it is public. Of IPv6, only 2000::/3 without the blocks that embed IPv4 or
// are set aside is public; an address of another family never is.
const char* WhyNotPublic(const sockaddr* address);

}  // namespace tidings::net
