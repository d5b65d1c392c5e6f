#include "api/metrics.h"

#include <gtest/gtest.h>

namespace tidings::api {
namespace {

TEST(Metrics, PrintsEachFamilyOnceWithBoundedLabels) {
  pipeline::EngineStatus engine;
  pipeline::StageStatus stage;
  stage.pipeline = "campaigns";
  stage.stage = "em\"ail";
  stage.kind = "deliver";
  stage.queued = true;
  stage.processed = 1234567;
  stage.vendors.push_back({.name = "smtp", .breaker = "open", .accepted = 7});
  engine.stages = {stage, stage};
  engine.stages[1].queued = false;
  auto text = PrometheusText(engine, {}, 2);
  EXPECT_NE(text.find("tidings_stage_items_total{pipeline=\"campaigns\",stage=\"em\\\"ail\","
                      "kind=\"deliver\"} 1234567\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("vendor=\"smtp\"} 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\ntidings_rule_disagreements_total 2\n"), std::string::npos) << text;
  auto type = text.find("# TYPE tidings_stage_items_total counter");
  ASSERT_NE(type, std::string::npos);
  EXPECT_EQ(text.find("# TYPE tidings_stage_items_total", type + 1), std::string::npos);
}

}  // namespace
}  // namespace tidings::api
