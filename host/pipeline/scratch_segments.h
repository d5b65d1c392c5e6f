// For tests: a folder of scripts, the database that their segments are in, and a watch on both.
#pragma once

#include <gtest/gtest.h>

#include "config/load.h"
#include "pipeline/scratch_campaign.h"
#include "pipeline/segment_watch.h"

namespace tidings::pipeline {

class ScratchSegments : public ::testing::Test {
 protected:
  void Write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories((folder_.path() / path).parent_path());
    EXPECT_TRUE(WriteFile(folder_.path() / path, text));
  }

  // Watches the scripts that `pipelines` names, and no others any more.
  void StartWatch(const std::string& pipelines) {
    watch_.reset();
    config::Catalog catalog;
    catalog.scripts = folder_.path();
    auto loaded = config::LoadText("a.yaml", pipelines, catalog);
    EXPECT_EQ(loaded.Errors(), "");
    config_ = std::move(loaded.config);
    auto watch = SegmentWatch::Start(ScriptRules(config_, folder_.path()), segments_);
    ASSERT_TRUE(watch) << watch.error().message;
    watch_ = std::move(*watch);
  }

  // Two looks: what was found has settled.
  void Settle() {
    watch_->Look();
    watch_->Look();
  }

  TempDir folder_;
  ScratchCampaigns shop_;
  crm::SegmentStore segments_{shop_.pool, IdSource::System()};
  config::Config config_;
  std::unique_ptr<SegmentWatch> watch_;
};

}  // namespace tidings::pipeline
