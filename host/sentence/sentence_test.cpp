// Sentences and what they mean. The phrasings are data: phrasings.jsonl here, and the examples that
// lie beside the project (TIDINGS_DATA, or ../shared/data).
#include "sentence/sentence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sentence/judge.h"

namespace tidings::sentence {
namespace {

namespace fs = std::filesystem;

struct Score {
  int right = 0, refused = 0, wrong = 0, total = 0;
  std::string misses;
};

bool IsRight(const Json& wanted, const Json& rule) {
  auto accepted = wanted.value("accept", Json::array());
  if (!wanted["rule"].is_null()) accepted.push_back(wanted["rule"]);
  return std::any_of(accepted.begin(), accepted.end(),
                     [&](const Json& one) { return Judge::Same(one, rule); });
}

void Account(Score& score, const Json& wanted) {
  std::string prompt = wanted["prompt"];
  Parsed parsed = Parse(prompt);
  ++score.total;
  if (!parsed.reading) {
    auto codes = wanted.value("refuse", Json::array());
    bool right = wanted["rule"].is_null() &&
                 std::find(codes.begin(), codes.end(), parsed.refusal.code) != codes.end();
    right ? ++score.right : ++score.refused;
    if (!right)
      score.misses += "refused: " + prompt + "\n    " + parsed.refusal.code + ": " +
                      parsed.refusal.message + "\n";
  } else if (IsRight(wanted, parsed.reading->rule)) {
    ++score.right;
  } else {
    ++score.wrong;
    score.misses += "WRONG: " + prompt + "\n    " + ToLine(parsed.reading->rule) + "\n";
  }
}

Score Judged(const fs::path& file) {
  Score score;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) Account(score, Json::parse(line));
  return score;
}

void ExpectGood(const Score& score) {
  EXPECT_EQ(score.wrong, 0) << score.misses;
  EXPECT_GE(score.right * 10, score.total * 9) << score.misses;
  if (!score.misses.empty()) std::printf("%s", score.misses.c_str());
  std::printf("%d of %d right, %d refused, %d wrong\n", score.right, score.total, score.refused,
              score.wrong);
}

TEST(Sentence, UnderstandsManyPhrasings) {
  Score score = Judged(TIDINGS_SOURCE_DIR "/host/sentence/phrasings.jsonl");
  EXPECT_GE(score.total, 200);
  ExpectGood(score);
}

TEST(Sentence, UnderstandsTheExamples) {
  const char* folder = std::getenv("TIDINGS_DATA");
  auto file = (folder ? fs::path(folder) : fs::path(TIDINGS_SOURCE_DIR) / "../shared/data") /
              "nl_examples.jsonl";
  if (!fs::exists(file)) GTEST_SKIP() << file << " is not there";
  ExpectGood(Judged(file));
}

}  // namespace
}  // namespace tidings::sentence
