#include "net/address.h"

#include <cstdint>
#include <cstring>
#include <iterator>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace tidings::net {
namespace {

struct Block4 {
  uint32_t address;  // host order
  int bits;
  const char* words;
};

// IANA's registry of special-purpose addresses, and what is no unicast.
constexpr Block4 kBlocks4[] = {
    {0x00000000, 8, "an address of \"this network\""},  // 0/8
    {0x0a000000, 8, "a private address"},               // 10/8
    {0x64400000, 10, "a carrier-grade NAT address"},    // 100.64/10
    {0x7f000000, 8, "a loopback address"},              // 127/8
    {0xa9fe0000, 16, "a link-local address"},           // 169.254/16
    {0xac100000, 12, "a private address"},              // 172.16/12
    {0xc0000000, 24, "a reserved address"},             // 192.0.0/24
    {0xc0000200, 24, "a documentation address"},        // 192.0.2/24
    {0xc0586300, 24, "a 6to4 relay address"},           // 192.88.99/24
    {0xc0a80000, 16, "a private address"},              // 192.168/16
    {0xc6120000, 15, "a benchmarking address"},         // 198.18/15
    {0xc6336400, 24, "a documentation address"},        // 198.51.100/24
    {0xcb007100, 24, "a documentation address"},        // 203.0.113/24
    {0xe0000000, 4, "a multicast address"},             // 224/4
    {0xf0000000, 4, "a reserved address"},              // 240/4, with the broadcast address
};

struct Block6 {
  uint8_t address[16];
  int bits;
  const char* words;
};

constexpr Block6 kBlocks6[] = {
    {{}, 128, "the unspecified address"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "a loopback address"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "an IPv4-mapped address"},
    {{0x00, 0x64, 0xff, 0x9b}, 32, "a NAT64 address"},  // 64:ff9b::/96 and 64:ff9b:1::/48
    {{0xfc}, 7, "a unique local address"},
    {{0xfe, 0x80}, 10, "a link-local address"},
    {{0xfe, 0xc0}, 10, "a site-local address"},
    {{0xff}, 8, "a multicast address"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "a documentation address"},
    {{0x3f, 0xff}, 20, "a documentation address"},
    {{0x20, 0x01}, 23, "a reserved address"},  // with Teredo, which embeds IPv4
    {{0x20, 0x02}, 16, "a 6to4 address"},      // embeds IPv4
};

bool SameBits(const uint8_t* a, const uint8_t* b, int bits) {
  if (std::memcmp(a, b, bits / 8) != 0) return false;
  if (bits % 8 == 0) return true;
  auto mask = static_cast<uint8_t>(0xff << (8 - bits % 8));
  return (a[bits / 8] & mask) == (b[bits / 8] & mask);
}

const char* WhyNotPublic4(uint32_t address) {
  for (const auto& block : kBlocks4) {
    if ((address ^ block.address) >> (32 - block.bits) == 0) return block.words;
  }
  return "";
}

const char* WhyNotPublic6(const uint8_t* address) {
  for (const auto& block : kBlocks6) {
    if (SameBits(address, block.address, block.bits)) return block.words;
  }
  return (address[0] & 0xe0) == 0x20 ? "" : "no public unicast address";
}

}  // namespace

const char* WhyNotPublic(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    return WhyNotPublic4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    return WhyNotPublic6(in.sin6_addr.s6_addr);
  }
  return "no internet address";
}

std::string Address::ToString() const {
  char text[INET6_ADDRSTRLEN] = "?";
  if (storage.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &storage, sizeof in);
    ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
  } else if (storage.ss_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &storage, sizeof in);
    ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
  }
  return text;
}

}  // namespace tidings::net
