// From a draft to a running campaign.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "crm/campaign_store.h"

namespace tidings::pipeline {

class Engine;

// Finds the queues of the draft's channel, asks for the intent, writes campaign, messages and
// chunks, and wakes the deliver stage. A campaign without an intent (its stage failed or was too
// slow) is launched all the same. Fails as CampaignStore::Launch does, and with kNotFound where no
// deliver stage is configured.
Result<crm::Ticket> LaunchCampaign(Engine& engine, crm::CampaignStore& campaigns,
                                   const crm::Draft& draft, const rule::Rule& rule, Time now);

}  // namespace tidings::pipeline
