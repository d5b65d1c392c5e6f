#include "net/address.h"

#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <gtest/gtest.h>

namespace tidings::net {
namespace {

std::string Why(const std::string& text) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    return WhyNotPublic(reinterpret_cast<sockaddr*>(&v4));
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr), 1) << text;
  return WhyNotPublic(reinterpret_cast<sockaddr*>(&v6));
}

TEST(Address, PublicOnesPass) {
  for (const char* address : {"1.1.1.1",
                              "8.8.8.8",
                              "9.255.255.255",
                              "11.0.0.0",
                              "100.63.255.255",
                              "100.128.0.0",
                              "126.255.255.255",
                              "128.0.0.0",
                              "169.253.255.255",
                              "169.255.0.0",
                              "172.15.255.255",
                              "172.32.0.0",
                              "192.0.1.0",
                              "192.167.255.255",
                              "192.169.0.0",
                              "198.17.255.255",
                              "198.20.0.0",
                              "223.255.255.255",
                              "2606:4700:4700::1111",
                              "2001:4860:4860::8888",
                              "2a00:1450::1",
                              "2001:200::1",
                              "2003::1",
                              "3ffe:ffff::1"}) {
    EXPECT_EQ(Why(address), "") << address;
  }
}

TEST(Address, AllOthersSayWhatTheyAre) {
  const std::pair<const char*, const char*> cases[] = {
      {"0.0.0.0", "an address of \"this network\""},
      {"0.255.255.255", "an address of \"this network\""},
      {"10.0.0.0", "a private address"},
      {"10.255.255.255", "a private address"},
      {"100.64.0.0", "a carrier-grade NAT address"},
      {"100.127.255.255", "a carrier-grade NAT address"},
      {"127.0.0.1", "a loopback address"},
      {"127.255.255.255", "a loopback address"},
      {"169.254.169.254", "a link-local address"},
      {"172.16.0.0", "a private address"},
      {"172.31.255.255", "a private address"},
      {"192.0.0.8", "a reserved address"},
      {"192.0.2.1", "a documentation address"},
      {"192.88.99.1", "a 6to4 relay address"},
      {"192.168.0.1", "a private address"},
      {"198.18.0.1", "a benchmarking address"},
      {"198.19.255.255", "a benchmarking address"},
      {"198.51.100.1", "a documentation address"},
      {"203.0.113.1", "a documentation address"},
      {"224.0.0.1", "a multicast address"},
      {"239.255.255.255", "a multicast address"},
      {"240.0.0.1", "a reserved address"},
      {"255.255.255.255", "a reserved address"},
      {"::", "the unspecified address"},
      {"::1", "a loopback address"},
      {"::2", "no public unicast address"},
      {"::7f00:1", "no public unicast address"},
      {"::ffff:127.0.0.1", "an IPv4-mapped address"},
      {"::ffff:8.8.8.8", "an IPv4-mapped address"},
      {"::ffff:0:7f00:1", "no public unicast address"},
      {"64:ff9b::7f00:1", "a NAT64 address"},
      {"64:ff9b:1::1", "a NAT64 address"},
      {"100::1", "no public unicast address"},
      {"2001::1", "a reserved address"},
      {"2001:1ff::1", "a reserved address"},
      {"2001:db8::1", "a documentation address"},
      {"2002:7f00:1::", "a 6to4 address"},
      {"3fff::1", "a documentation address"},
      {"3fff:fff::1", "a documentation address"},
      {"5f00::1", "no public unicast address"},
      {"fc00::1", "a unique local address"},
      {"fdff::1", "a unique local address"},
      {"fe80::1", "a link-local address"},
      {"febf::1", "a link-local address"},
      {"fec0::1", "a site-local address"},
      {"ff02::1", "a multicast address"},
      {"4000::1", "no public unicast address"}};
  for (const auto& [address, words] : cases) EXPECT_EQ(Why(address), words) << address;
}

TEST(Address, OtherFamiliesAreNotPublic) {
  sockaddr local{};
  local.sa_family = AF_UNIX;
  EXPECT_STREQ(WhyNotPublic(&local), "no internet address");
}

TEST(Address, PrintsItself) {
  Address address;
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  ::inet_pton(AF_INET6, "2001:DB8::1", &v6.sin6_addr);
  std::memcpy(&address.storage, &v6, sizeof v6);
  EXPECT_EQ(address.ToString(), "2001:db8::1");
}

}  // namespace
}  // namespace tidings::net
