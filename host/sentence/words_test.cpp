#include "sentence/words.h"

#include <gtest/gtest.h>

namespace tidings::sentence {
namespace {

// The words with bars between, each with a letter for its kind where it is none of letters.
std::string Cut(std::string_view sentence) {
  static constexpr const char* kMarks[] = {"", "#", "@", "\"", ".", ""};
  std::string text;
  for (const Word& word : CutIntoWords(sentence)) {
    text +=
        (text.empty() ? "" : "|") + std::string(kMarks[static_cast<int>(word.kind)]) + word.text;
  }
  return text;
}

TEST(Words, AreCut) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", ""},
      {"People in Pune.", "people|in|pune"},
      {"haven't hasn’t didnt who's they've", "have|not|has|not|did|not|who|they|have"},
      {"₹5K", "₹|#5|k"},
      {"Rs.5,000", "rs|#5000"},
      {"1,50,000 and 12,34,56,789", "#150000|and|#123456789"},
      {"5, 10", "#5|,|#10"},
      {"1.5 lakh", "#1.5|lakh"},
      {"5-10k", "#5|-|#10|k"},
      {"5k – 10k", "#5|k|-|#10|k"},
      {"one-time buyers", "one|time|buyers"},
      {"90-day", "#90|day"},
      {"Pune - spent", "pune|,|spent"},
      {"-5", "minus|#5"},
      {"visits>=3", "visits|>=|#3"},
      {"a ≥ 3 && b != 4", "a|>=|#3|and|b|!=|#4"},
      {"!(x) wow! !yes", "not|(|x|)|wow|not|yes"},
      {"total_spend", "total|spend"},
      {"attributes.Plan_x = gold", ".Plan_x|=|gold"},
      {"“New Town” or 'Goa'", "\"New Town|or|\"Goa"},
      {"customers' orders", "customers|orders"},
      {"at @gmail.com, or a@b.c.", "at|\"@gmail.com|,|or|\"a@b.c"},
      {"2026-03-01", "@2026-03-01"},
      {"31/12/2025 12/31/2025 5.5.2025", "@2025-12-31|@2025-12-31|@2025-05-05"},
      {"03/04/2025", "@"},
      {"1/2", "#1|/|#2"},
      {"100%", "#100|%"},
      {"Zürich 東京", "zürich|東京"},
  };
  for (const auto& [sentence, words] : kCases) EXPECT_EQ(Cut(sentence), words) << sentence;
}

TEST(Words, KnowTheirPlaces) {
  auto words = CutIntoWords("₹5 haven’t");
  ASSERT_EQ(words.size(), 4u);
  EXPECT_EQ(words[1].offset, 3u);
  EXPECT_EQ(words[2].offset, 5u);
  EXPECT_EQ(words[3].offset, 5u);
  EXPECT_EQ(words[3].written, "haven’t");
  EXPECT_EQ(words[3].length, 9u);
}

}  // namespace
}  // namespace tidings::sentence
