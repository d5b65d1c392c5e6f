#include "facts.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace summarize_template {
namespace {

using Json = nlohmann::json;

std::string TextOf(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

int64_t CountOf(const Json& object, const char* key) {
  auto found = object.find(key);
  bool whole = found != object.end() && found->is_number_integer();
  return whole ? std::max<int64_t>(found->get<int64_t>(), 0) : 0;
}

double RealOf(const Json& object, const char* key, double otherwise) {
  auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : otherwise;
}

double Share(int64_t part, int64_t rest) {
  return part + rest > 0 ? static_cast<double>(part) / static_cast<double>(part + rest) : 0;
}

// The objects in a list; anything else in it is passed over.
std::vector<Json> ObjectsIn(const Json& object, const char* key) {
  std::vector<Json> objects;
  auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return objects;
  std::copy_if(found->begin(), found->end(), std::back_inserter(objects),
               [](const Json& item) { return item.is_object(); });
  return objects;
}

Group GroupOf(const Json& json) {
  Group group{TextOf(json, "by"),         TextOf(json, "label"),   CountOf(json, "audience"),
              CountOf(json, "delivered"), CountOf(json, "failed"), 0};
  if (!json.contains("failed"))
    group.failed = std::max<int64_t>(group.audience - group.delivered, 0);
  group.rate = RealOf(json, "rate", Share(group.delivered, group.failed));
  return group;
}

}  // namespace

Facts ParseFacts(std::string_view text) {
  auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw std::invalid_argument("the facts are no JSON object");
  Facts facts;
  facts.name = TextOf(json, "name");
  facts.rule = TextOf(json, "rule");
  facts.subject = TextOf(json, "subject");
  facts.message = TextOf(json, "message");
  facts.audience = CountOf(json, "audience");
  facts.sent = CountOf(json, "sent");
  facts.delivered = CountOf(json, "delivered");
  facts.failed = CountOf(json, "failed");
  facts.audience = std::max(facts.audience, facts.delivered + facts.failed);
  facts.rate = RealOf(json, "delivery_rate", Share(facts.delivered, facts.failed));
  facts.seconds = RealOf(json, "duration_seconds", -1);
  for (auto& one : ObjectsIn(json, "reasons")) {
    facts.reasons.push_back({TextOf(one, "reason"), CountOf(one, "count")});
  }
  for (auto& one : ObjectsIn(json, "groups")) facts.groups.push_back(GroupOf(one));
  return facts;
}

}  // namespace summarize_template
