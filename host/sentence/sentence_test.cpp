// Sentences and what they mean. The phrasings are data: phrasings.jsonl here, and the examples that
// lie beside the project (TIDINGS_DATA, or ../shared/data).
#include "sentence/sentence.h"

#include <gmock/gmock.h>
#include <optional>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "rule/json_frontend.h"
#include "rule/logic.h"
#include "rule/lua_frontend.h"
#include "rule/lua_printer.h"
#include "sentence/judge.h"

namespace tidings::sentence {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

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

// The examples beside the project, where they are there.
std::optional<fs::path> Examples() {
  const char* folder = std::getenv("TIDINGS_DATA");
  auto file = (folder ? fs::path(folder) : fs::path(TIDINGS_SOURCE_DIR) / "../shared/data") /
              "nl_examples.jsonl";
  if (fs::exists(file)) return file;
  std::printf("[   NOTE   ] %s is not there; judging our own phrasings alone\n", file.c_str());
  return std::nullopt;
}

TEST(Sentence, UnderstandsManyPhrasings) {
  Score score = Judged(TIDINGS_SOURCE_DIR "/host/sentence/phrasings.jsonl");
  EXPECT_GE(score.total, 200);
  ExpectGood(score);
  if (auto examples = Examples()) ExpectGood(Judged(*examples));
}

// What the judge calls the same has to be the same: it must be able to say no.
// The tree that a rule in Lua with this condition is read as; nothing where Lua has to be asked.
std::optional<rule::Node> ReadLua(const std::string& condition) {
  auto program = rule::LuaProgram::Parse(
      "it.lua", "return segment { match = function(c) return " + condition + " end }", "");
  if (!program.has_value()) return std::nullopt;
  auto plan = (*program)->PlanFor(*ParseTime("2026-03-29T01:30:00.123456Z"));
  bool whole = rule::IsFalse(plan.asked) && rule::IsFalse(plan.failed);
  return whole ? std::optional(plan.chosen) : std::nullopt;
}

TEST(Sentence, MeansWhatItsRuleInLuaMeans) {
  std::ifstream in(TIDINGS_SOURCE_DIR "/host/sentence/phrasings.jsonl");
  int said = 0;
  for (std::string line; std::getline(in, line);) {
    Parsed parsed = Parse(std::string(Json::parse(line)["prompt"]));
    if (!parsed.reading) continue;
    auto tree = rule::ParseJsonRule(parsed.reading->rule.dump());
    auto lua = rule::WriteLua(*tree);
    ASSERT_TRUE(lua.has_value()) << lua.error().message;
    EXPECT_TRUE(ReadLua(*lua) == rule::Simplified(*tree)) << line << "\n" << *lua;
    ++said;
  }
  EXPECT_GT(said, 100);
}

TEST(Judge, TellsRulesApart) {
  auto rule = [](const char* op, int value) {
    return Json{{"field", "visit"}, {"operator", op}, {"value", value}};
  };
  EXPECT_TRUE(Judge::Same(rule(">", 3), rule(">", 3)));
  EXPECT_FALSE(Judge::Same(rule(">", 3), rule(">=", 3)));
  EXPECT_FALSE(Judge::Same(rule(">", 3), rule(">", 4)));
  EXPECT_FALSE(Judge::Same(rule(">", 3), rule("<=", 3)));
  Json last = {{"field", "last_order_date"}, {"operator", "<"}, {"value", {{"daysAgo", 30}}}};
  Json since = {{"field", "last_order_date"}, {"operator", ">="}, {"value", {{"daysAgo", 30}}}};
  Json opposite = {{"combinator", "and"}, {"not", true}, {"rules", {since}}};
  EXPECT_FALSE(Judge::Same(last, opposite));  // those who never ordered
}

TEST(Sentence, TellsWhatItReadAndTookForGranted) {
  Parsed parsed = Parse("People who haven't shoped in 6 months and spent over ₹5K");
  ASSERT_TRUE(parsed.reading) << parsed.refusal.message;
  EXPECT_EQ(parsed.reading->english,
            "customers who last ordered more than 180 days ago and who have spent more than 5,000");
  EXPECT_THAT(parsed.reading->assumptions,
              UnorderedElementsAre("\"shoped\" is read as \"shopped\"", "5 K is 5,000",
                                   "a month counts as 30 days", HasSubstr("never ordered"),
                                   HasSubstr("currency")));
}

TEST(Sentence, TellsWhichOrdersCount) {
  const char* kAll = "all orders count, whatever their status";
  for (const char* any : {"spent over 5k in 2025", "3 orders in 2025", "AOV over 500"})
    EXPECT_THAT(Parse(any).reading->assumptions, Contains(kAll)) << any;
  for (const char* named : {"spent over 5k on completed orders in 2025", "3 completed orders"})
    EXPECT_THAT(Parse(named).reading->assumptions, Not(Contains(kAll))) << named;
  EXPECT_THAT(Parse("cancelled an order in 2025").reading->assumptions,
              Contains("the time is that of the order, not of what became of it"));
  EXPECT_THAT(Parse("without an AOV above 500").reading->assumptions,
              Contains(HasSubstr("who has no such orders")));
}

TEST(Sentence, AsksForOrdersOfATime) {
  Parsed parsed = Parse("haven't spent more than 5k in the last 6 months");
  ASSERT_TRUE(parsed.reading) << parsed.refusal.message;
  EXPECT_EQ(parsed.reading->rule, Json::parse(R"({"combinator": "and", "rules": [
      {"subject": {"orders": "sum", "where": {"field": "order_date", "operator": ">=",
                                              "value": {"daysAgo": 180}}},
       "operator": "<=", "value": 5000}]})"));
}

TEST(Sentence, WritesRulesForMachines) {
  Parsed parsed = Parse("in Pune or spent over 2.5 lakh but never cancelled an order");
  ASSERT_TRUE(parsed.reading) << parsed.refusal.message;
  EXPECT_EQ(parsed.reading->rule, Json::parse(R"({"combinator": "or", "rules": [
      {"field": "city", "operator": "=", "value": "Pune"},
      {"combinator": "and", "rules": [
        {"field": "total_spend", "operator": ">", "value": 250000},
        {"combinator": "and", "not": true, "rules": [
          {"field": "order_status", "operator": "=", "value": "CANCELLED"}]}]}]})"));
  EXPECT_THAT(parsed.reading->assumptions, Contains("\"and\" binds before \"or\""));
}

TEST(Sentence, NamesTheWordsWithoutAPlace) {
  struct Case {
    const char* sentence;
    const char* code;
    std::vector<std::pair<std::string, size_t>> words;
  };
  const Case kCases[] = {
      {"₹ big spenders", "vague_threshold", {{"big", 2}}},
      {"spent over a lot in the south",
       "vague_threshold_and_region",
       {{"a lot", 11}, {"south", 24}}},
      {"women in Pune who blorped", "unknown_field", {{"women", 0}, {"blorped", 18}}},
      {"likely to buy", "needs_model", {{"likely", 0}}},
      {"delete everyone", "not_a_segment", {{"delete", 0}}},
      {"spent more than 5k and", "refuse", {{"", 22}}},
      {"in Pune spent", "refuse", {{"spent", 8}}},
      {"last ordered before 03/04/2025", "ambiguous", {{"03/04/2025", 20}}},
  };
  for (const Case& wanted : kCases) {
    Parsed parsed = Parse(wanted.sentence);
    ASSERT_FALSE(parsed.reading) << wanted.sentence;
    std::vector<std::pair<std::string, size_t>> words;
    for (const Unplaced& word : parsed.refusal.words) words.emplace_back(word.text, word.offset);
    EXPECT_EQ(parsed.refusal.code, wanted.code) << wanted.sentence;
    EXPECT_EQ(words, wanted.words) << wanted.sentence;
  }
}

TEST(Sentence, SaysWhatCouldStandThere) {
  struct Case {
    const char* sentence;
    const char* message;
  };
  const Case kCases[] = {
      {"ordered in the last 30",
       "the sentence breaks off after \"ordered in the last 30\" (what could stand there: days, "
       "weeks, months or years)"},
      {"spent over thousands",
       "\"thousands\" cannot follow \"spent over\" (what could stand there: a number)"},
      {"and in Pune", "the sentence cannot begin with \"and\" (what can be asked for: spend"},
      {"totl spend over 5k", "\"totl\" at 0 (did you mean \"total\"?)"},
      {"from Pune or Qadian", "\"Qadian\" at 13 (a city that is not in the list goes between"},
      {"write me a poem", "\"write\" at 0, \"poem\" at 11 (describe the customers"},
      {"joined in March", "name the year as well"},
      {"joined 6 months ago", "say \"more than\" or \"less than\" so long ago"},
      {"whose last order was cancelled", "of the last order only its date is known"},
      {"at least 3 orders above ₹1000", "orders of some amount are not counted"},
      {"visited 5 times in the last month", "visits are counted in total, not for a period"},
      {"spent over 5k within 30 days", "say which days, as in \"in the last 30 days\""},
      {"ordered 3 times or spent over 5k in the last 90 days", "whether the time counts for both"},
      {"lifetime spend over 5k in 2025", "say what was spent in all, or in some time"},
      {"mean order growth above 5", "this needs another calculation"},
  };
  for (const Case& wanted : kCases)
    EXPECT_THAT(Parse(wanted.sentence).refusal.message, HasSubstr(wanted.message));
}

TEST(Sentence, ReadsBackInPlainEnglish) {
  const std::pair<const char*, const char*> kCases[] = {
      {"never had a refund", "customers who have no order whose status is “REFUNDED”"},
      {"no orders or visits", "customers who have never ordered and who have never visited"},
      {"ordered on 5 March 2026", "customers who have an order placed on 5 March 2026"},
      {"spent more than 5k in the last 6 months",
       "customers who have spent more than 5,000 in orders placed within the last 180 days"},
      {"spent nothing since 2026",
       "customers who have spent nothing in orders placed on or after 1 January 2026"},
      {"ordered at least 3 times in the last 90 days",
       "customers who have at least 3 orders placed within the last 90 days"},
      {"zero orders in the last 30 days",
       "customers who have no order placed within the last 30 days"},
      {"a completed order over 500 in the last 30 days",
       "customers who have an order of more than 500 placed within the last 30 days whose status "
       "is “COMPLETED”"},
      {"AOV over 1k", "customers whose average of orders is above 1,000"},
      {"smallest order in 2025 over 100",
       "customers whose smallest order placed between 1 January 2025 and 31 December 2025 is above "
       "100"},
      {"spent 0 and joined in Feb 2028",
       "customers who have spent nothing and who joined between 1 February 2028 and 29 February "
       "2028"},
  };
  for (const auto& [sentence, english] : kCases) {
    Parsed parsed = Parse(sentence);
    ASSERT_TRUE(parsed.reading) << sentence << ": " << parsed.refusal.message;
    EXPECT_EQ(parsed.reading->english, english);
  }
}

TEST(Sentence, ShowsBothMeanings) {
  Parsed parsed = Parse("has an order > 1000");
  ASSERT_FALSE(parsed.reading);
  EXPECT_EQ(parsed.refusal.code, "ambiguous");
  EXPECT_THAT(parsed.refusal.message, HasSubstr("ordered more than 1,000 times"));
  EXPECT_THAT(parsed.refusal.message, HasSubstr("an order of more than 1,000"));
}

TEST(Sentence, HasLimits) {
  EXPECT_EQ(Parse(std::string(601, 'a')).refusal.code, "too_long");
  EXPECT_EQ(Parse("\xff").refusal.code, "refuse");
  EXPECT_EQ(Parse(std::string_view("a\0b", 3)).refusal.code, "refuse");
  EXPECT_FALSE(Parse("spent over 99999999999999").reading);
  EXPECT_FALSE(Parse("last ordered 900 years ago").reading);
  EXPECT_FALSE(Parse("joined before 30 February 2025").reading);
}

}  // namespace
}  // namespace tidings::sentence
