#include "net/allow_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::net {
namespace {

TEST(AllowList, OpensHostAndPort) {
  auto list = AllowList::Parse({"Vendor.local:8080", " [::1]:90 ", "any.local:*"});
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_TRUE(list->Allows("vendor.local", 8080));
  EXPECT_FALSE(list->Allows("vendor.local", 80));
  EXPECT_FALSE(list->Allows("sub.vendor.local", 8080));
  EXPECT_TRUE(list->Allows("[::1]", 90));
  EXPECT_FALSE(list->Allows("::1", 90));
  EXPECT_TRUE(list->Allows("any.local", 1));
  EXPECT_FALSE(AllowList().Allows("vendor.local", 8080));
}

TEST(AllowList, RefusesWhatItCannotRead) {
  for (const char* entry :
       {"", "host", "host:", ":80", "host:0", "host:65536", "host:8o", "*:80x", "http://host:80",
        "a b:80", "::1:80", "[]:80", "host:80:90", "h@x:1", "host:-1", "host:+1", "host: 80"}) {
    auto list = AllowList::Parse({entry});
    ASSERT_FALSE(list) << entry;
    EXPECT_EQ(list.error().code, Code::kInvalidArgument);
    EXPECT_THAT(list.error().message, ::testing::HasSubstr("write `host:port`"));
  }
}

}  // namespace
}  // namespace tidings::net
