#include "plugin/clean_text.h"

#include <gtest/gtest.h>

namespace tidings::plugin {
namespace {

std::string Clean(std::string_view bytes) {
  return std::string(CleanText({bytes.data(), bytes.size()}).view());
}

TEST(CleanText, LeavesGoodTextWhereItIs) {
  std::string text = "Zoë €5 🌍\n\ttab";
  EXPECT_EQ(CleanText({text.data(), text.size()}).view().data(), text.data());
  EXPECT_EQ(Clean(""), "");
  EXPECT_EQ(std::string(CleanText({nullptr, 0}).view()), "");
}

TEST(CleanText, MarksEveryBadByte) {
  const std::pair<std::string, const char*> cases[] = {
      {"caf\xe9", "caf?"},
      {"\xff\xfe", "??"},
      {"a\xe2\x82", "a??"},          // a character cut short
      {"\xc0\xaf", "??"},            // overlong
      {"\xed\xa0\x80x", "???x"},     // a surrogate
      {"\xf5\x80\x80\x80", "????"},  // beyond U+10FFFF
      {std::string("a\0b", 3), "a?b"},
      {"€\xff€", "€?€"}};
  for (const auto& [bytes, clean] : cases) EXPECT_EQ(Clean(bytes), clean);
}

}  // namespace
}  // namespace tidings::plugin
