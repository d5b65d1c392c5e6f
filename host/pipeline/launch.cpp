#include "pipeline/launch.h"

#include "base/log.h"
#include "pipeline/engine.h"
#include "rule/rule.h"

namespace tidings::pipeline {
namespace {

std::string IntentOf(Engine& engine, const crm::Draft& draft, const rule::Rule& rule, Time now) {
  auto intent = engine.Intent({{"name", draft.name},
                               {"rule", rule.ToEnglish(now)},
                               {"subject", draft.subject},
                               {"message", draft.message}});
  if (intent) return *intent;
  log::Warning("campaigns", "no intent for '{}': {}", draft.name, intent.error().message);
  return "";
}

}  // namespace

Result<crm::Ticket> LaunchCampaign(Engine& engine, crm::CampaignStore& campaigns,
                                   const crm::Draft& draft, const rule::Rule& rule, Time now) {
  crm::CampaignQueues queues;
  TRY_ASSIGN(queues.deliver, engine.DeliverQueue(draft.channel));
  queues.summarize = engine.SummarizeQueue(queues.deliver);
  auto intent = IntentOf(engine, draft, rule, now);
  TRY_ASSIGN(auto ticket, campaigns.Launch(draft, rule, now, queues, intent));
  engine.Wake(ticket.audience > 0 ? queues.deliver : queues.summarize);
  return ticket;
}

}  // namespace tidings::pipeline
