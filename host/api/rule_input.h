// The rule of a call: written out, or that of a saved segment.
#pragma once

#include <optional>

#include "api/call.h"
#include "api/services.h"
#include "base/result.h"
#include "crm/segment_store.h"
#include "rule/rule.h"

namespace tidings::api {

struct RuleInput {
  rule::Rule rule;
  std::optional<Id> segment;  // where it came from
  Time now;                   // the clock reading to run it with
};

// Compiles `source`: "json" or "lua".
Result<rule::Rule> CompileRule(const Services& services, const std::string& language,
                               const std::string& source);

// Reads `segment_id`, or `rule` with `language` (by default "json" for an object and "lua" for
// text), and `now` (by default the present). None where something is wrong; `body` then knows what.
std::optional<RuleInput> ReadRule(const Services& services, crm::SegmentStore& segments,
                                  Body& body);

}  // namespace tidings::api
