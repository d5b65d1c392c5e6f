// A segment stage that names a script is the segment of that script.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crm/audience.h"
#include "pipeline/engine.h"
#include "pipeline/scratch_segments.h"
#include "rule/rule.h"

namespace tidings::pipeline {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kPipelines =
    "version: 1\npipelines:\n  campaigns:\n    stages:\n"
    "      - segment: buyers\n        script: segment/buyers.lua\n"
    "      - segment: all\n        script: segment/\n";
constexpr const char* kScript = "segment/buyers.lua";

// Customers of one to five orders, a day apart, the last one on the day before kNow.
constexpr const char* kShop = R"(
  insert into customers (id, name) select lpad(to_hex(i), 32, '0')::uuid, 'N' || i
    from generate_series(1, 5) i;
  insert into orders (id, customer_id, amount, order_date, status)
  select gen_random_uuid(), lpad(to_hex(i), 32, '0')::uuid, 100 * i,
         timestamptz '2026-03-01 00:00Z' - k * interval '1 day', 'COMPLETED'
    from generate_series(1, 5) i, generate_series(1, i) k)";
const Time kNow = *ParseTime("2026-03-01");

std::string RuleWhere(const std::string& condition) {
  return "local limits = require \"limits\"\n"
         "return segment { name = \"Buyers\", match = function(c) return " +
         condition + " end }";
}

class EngineSegments : public ScratchSegments {
 protected:
  EngineSegments() {
    Write("lib/limits.lua", "return { many = 3 }");
    Write("segment/buyers.cases.jsonl", R"({"name": "new", "customer": {}, "expect": false})");
    shop_.Run(kShop);
  }

  void Start(const std::string& condition) {
    Write(kScript, RuleWhere(condition));
    StartWatch(kPipelines);
    EngineOptions options;
    options.config = &config_;
    options.pool = &shop_.pool;
    options.scripts = folder_.path();
    options.segments = watch_.get();
    auto engine = Engine::Start(options);
    ASSERT_TRUE(engine) << engine.error().message;
    engine_ = std::move(*engine);
  }

  void Edit(const fs::path& path, const std::string& text) {
    Write(path, text);
    Settle();
  }

  static std::string IdOf(int number) {
    return fmt::format("{:08x}-0000-0000-0000-{:012x}", 0, number);
  }

  // The numbers of the customers that the stage takes, the fifth asked about first.
  std::vector<int> Taken(Time now = kNow) {
    std::vector<Customer> customers(6);
    for (int i = 0; i < 6; ++i) customers[static_cast<size_t>(i)].id = IdOf(6 - i);
    auto answers = engine_->Match("buyers", customers, now);
    EXPECT_TRUE(answers) << answers.error().message;
    std::vector<int> numbers;
    for (int i = 5; answers && i >= 0; --i) {
      if ((*answers)[static_cast<size_t>(i)]) numbers.push_back(6 - i);
    }
    return numbers;
  }

  // Those in the audience of the saved segment.
  std::vector<int> Saved(Time now = kNow) {
    auto rule =
        crm::RuleOf(*segments_.Find(crm::SegmentStore::IdOfScript(kScript)), watch_->lib(), {});
    auto connection = shop_.pool.Acquire();
    auto matched = crm::MatchAll(**connection, *rule, now);
    EXPECT_TRUE(matched) << matched.error().message;
    std::vector<int> numbers;
    for (const Id& id : matched->ids) numbers.push_back(id.bytes[15]);
    return numbers;
  }

  std::unique_ptr<Engine> engine_;
};

// One rule that SQL says wholly, one that only Lua can say, and one that fails for a customer.
TEST_F(EngineSegments, SeeOrdersAndTheClockAsTheSavedSegmentDoes) {
  Start("c.orders:count{since = days_ago(2)} >= 2");
  EXPECT_THAT(Taken(), ElementsAre(2, 3, 4, 5));
  EXPECT_EQ(Taken(), Saved());
  Time later = kNow + std::chrono::hours(24);
  EXPECT_THAT(Taken(later), ElementsAre());
  EXPECT_EQ(Taken(later), Saved(later));

  Edit(kScript, RuleWhere("#c.name:rep(c.orders:count()) > 2 * limits.many"));
  EXPECT_THAT(Taken(), ElementsAre(4, 5));
  EXPECT_EQ(Taken(), Saved());

  Edit(kScript, RuleWhere("c.order_count > 0 and (c.orders:max() > 200 or error(\"poor\"))"));
  EXPECT_THAT(Taken(), ElementsAre(3, 4, 5));
  EXPECT_EQ(Taken(), Saved());
}

TEST_F(EngineSegments, TakeUpGoodEditsAndRefuseBadOnes) {
  Start("c.orders:count() >= limits.many");
  EXPECT_THAT(Taken(), ElementsAre(3, 4, 5));
  Edit(kScript, RuleWhere("c.orders:count() > limits.many"));
  EXPECT_THAT(Taken(), ElementsAre(4, 5));
  testing::internal::CaptureStderr();
  Edit(kScript, RuleWhere("true"));  // the case says no
  Edit(kScript, RuleWhere("c.orders:"));
  Edit("lib/limits.lua", "return { many = ");
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("segment/buyers.lua stays as it was"));
  EXPECT_THAT(Taken(), ElementsAre(4, 5));
  Write(kScript, RuleWhere("c.orders:count() > limits.many"));
  Edit("lib/limits.lua", "return { many = 4 }");
  EXPECT_THAT(Taken(), ElementsAre(5));
}

TEST_F(EngineSegments, SayWhatIsWrong) {
  Start("true == false");
  auto error = [&](const std::string& stage, const std::string& id) {
    std::vector<Customer> customers(1);
    customers[0].id = id;
    auto answers = engine_->Match(stage, customers, kNow);
    return answers ? "none" : answers.error().message;
  };
  EXPECT_EQ(error("buyers", IdOf(1)), "none");
  EXPECT_EQ(error("all", IdOf(1)), "no segment stage `all` is one plugin or script");
  EXPECT_EQ(error("nobody", IdOf(1)), "no segment stage `nobody` is one plugin or script");
  EXPECT_THAT(error("buyers", "seven"), HasSubstr("seven"));
  fs::remove(folder_.path() / kScript);
  watch_->Look();
  watch_->Look();
  EXPECT_THAT(error("buyers", IdOf(1)), HasSubstr("its script segment/buyers.lua is gone"));
}

}  // namespace
}  // namespace tidings::pipeline
