// The five kinds of stage, in the order in which data goes through them.
#pragma once

#include <optional>
#include <string_view>

namespace tidings {

// The numbers are those of tidings_stage in the plugin ABI.
enum class StageKind { kIngest = 1, kSegment, kDeliver, kReceipt, kSummarize };

inline constexpr StageKind kStageKinds[] = {StageKind::kIngest, StageKind::kSegment,
                                            StageKind::kDeliver, StageKind::kReceipt,
                                            StageKind::kSummarize};

constexpr std::string_view StageName(StageKind kind) {
  constexpr std::string_view kNames[] = {"",        "ingest",  "segment",
                                         "deliver", "receipt", "summarize"};
  return kNames[static_cast<int>(kind)];
}

constexpr std::optional<StageKind> ParseStage(std::string_view name) {
  for (StageKind kind : kStageKinds) {
    if (StageName(kind) == name) return kind;
  }
  return std::nullopt;
}

}  // namespace tidings
