#include "pipeline/writer.h"

#include "base/log.h"
#include "base/text.h"
#include "pipeline/batch.h"
#include "pipeline/stage.h"

namespace tidings::pipeline {

Result<Written> Writer::Write(const std::string& kind, const Json& facts, Duration wait) {
  auto written = Ask(first_, kind, facts, wait);
  if (written || !otherwise_) return written;
  log::Warning(first_.name(), "no {} from it, so {} writes: {}", kind, otherwise_->name(),
               written.error().message);
  return Ask(*otherwise_, kind, facts, wait);
}

Result<Written> Writer::Ask(Stage& stage, const std::string& kind, const Json& facts,
                            Duration wait) {
  Batch batch{std::vector<Task>{{kind, ToLine(facts)}}, clock_.Now(), {}};
  TRY_ASSIGN(Outcome outcome, stage.Run(batch, wait));
  const Verdict& verdict = outcome.verdicts[0];
  if (outcome.texts.empty() || Trim(outcome.texts[0].text).empty()) {
    return Fail(Code::kUnavailable,
                verdict.reason.empty() ? stage.name() + " wrote nothing" : verdict.reason);
  }
  return Written{std::string(Trim(outcome.texts[0].text)), outcome.runner};
}

}  // namespace tidings::pipeline
