#include "cli/campaign_view.h"

#include <thread>

#include <fmt/core.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "crm/campaign_store.h"

namespace tidings::cli {
namespace {

using Steady = std::chrono::steady_clock;
constexpr auto kPoll = std::chrono::milliseconds(50);

int64_t Number(const Json& campaign, const char* name) { return campaign.value(name, int64_t{0}); }

bool Finished(const Json& campaign) {
  return campaign.value("status", "") == "completed" && !campaign["summary"].is_null();
}

std::string Note(const Json& campaign) {
  return fmt::format("sent {}, delivered {}, failed {}", WithThousands(Number(campaign, "sent")),
                     WithThousands(Number(campaign, "delivered")),
                     WithThousands(Number(campaign, "failed")));
}

}  // namespace

Result<Json> WatchCampaign(pg::Pool& pool, const Id& id, bool silent, Duration patience) {
  crm::CampaignStore store(pool, IdSource::System());
  TRY_ASSIGN(Json campaign, store.Get(id));
  Progress progress("receipts", "messages", Number(campaign, "audience"), silent);
  std::string last;
  for (auto moved = Steady::now(); !Finished(campaign);) {
    auto note = Note(campaign) + campaign.value("status", "");
    if (note != last) moved = Steady::now();
    last = note;
    bool stuck = Steady::now() - moved > patience;
    if (stuck && campaign.value("status", "") == "completed") break;
    if (stuck) {
      return Fail(Code::kTimeout,
                  fmt::format("campaign {} has not moved for {}: {}. Is a host running "
                              "(`tidings serve`), and do the vendor's receipts reach it?",
                              id.ToString(), FormatDuration(patience), Note(campaign)));
    }
    progress.Show(Number(campaign, "delivered") + Number(campaign, "failed"), Note(campaign));
    std::this_thread::sleep_for(kPoll);
    TRY_ASSIGN(campaign, store.Get(id));
  }
  progress.Show(Number(campaign, "delivered") + Number(campaign, "failed"), Note(campaign));
  progress.Finish();
  return campaign;
}

std::string DescribeRuleReport(const Json& report) {
  std::string text;
  if (int64_t errors = Number(report, "errors"); errors > 0) {
    text += fmt::format("  the rule fails for {} customers, who do not belong; one is\n",
                        WithThousands(errors));
    text += Indented("    ", TextOf(report, "first_error"));
  }
  for (const auto& warning : report.value("warnings", Json::array())) {
    text += fmt::format("  warning: {}\n", warning.get<std::string>());
  }
  return text;
}

std::string DescribeCampaign(const Json& campaign) {
  auto row = [](const char* label, const std::string& value) {
    return fmt::format("  {:<14} {}\n", label, value);
  };
  std::string text = fmt::format("{}  ({})\n", TextOf(campaign, "name"), TextOf(campaign, "id"));
  text += row("status", TextOf(campaign, "status"));
  if (!TextOf(campaign, "intent").empty()) text += row("intent", TextOf(campaign, "intent"));
  for (const char* name : {"audience", "sent", "delivered", "failed", "pending"}) {
    text += row(name, WithThousands(Number(campaign, name)));
  }
  text += row("delivery rate", fmt::format("{:.1f} %", 100 * campaign.value("delivery_rate", 0.0)));
  if (!campaign["seconds"].is_null()) {
    auto seconds = campaign.value("seconds", 0.0);
    text += row("took", FormatDuration(Duration(static_cast<int64_t>(seconds * 1e6))));
  }
  text += DescribeRuleReport(campaign);
  if (!campaign["summary"].is_null()) {
    text += fmt::format("\n{}\n(written by {})\n", TextOf(campaign, "summary"),
                        TextOf(campaign, "summarized_by"));
  }
  return text;
}

}  // namespace tidings::cli
