#include "api/rule_input.h"

namespace tidings::api {
namespace {

Time ReadNow(const Services& services, Body& body) {
  auto text = body.Text("now");
  if (text.empty()) return services.clock->Now();
  auto now = ParseTime(text);
  if (!now) body.Wrong("now", now.error());
  return now.value_or(Time{});
}

std::optional<RuleInput> OfSegment(const Services& services, crm::SegmentStore& segments,
                                   const std::string& id_text, Time now, Body& body) {
  auto id = Id::Parse(id_text);
  auto segment = id ? segments.Find(*id) : tl::unexpected(id.error());
  auto rule = segment ? crm::RuleOf(*segment, services.lib(), services.limits)
                      : tl::unexpected(segment.error());
  if (rule) return RuleInput{*rule, *id, now};
  body.Wrong("segment_id", rule.error());
  return std::nullopt;
}

}  // namespace

Result<rule::Rule> CompileRule(const Services& services, const std::string& language,
                               const std::string& source) {
  return rule::Rule::Parse(language, source, services.lib(), services.limits);
}

std::optional<RuleInput> ReadRule(const Services& services, crm::SegmentStore& segments,
                                  Body& body) {
  auto segment = body.Text("segment_id");
  auto language = body.Text("language");
  Json source = body.Any("rule");
  Time now = ReadNow(services, body);
  if (segment.empty() == source.is_null()) {
    body.Wrong("/rule", "give either `rule` or `segment_id`");
    return std::nullopt;
  }
  if (!segment.empty()) return OfSegment(services, segments, segment, now, body);
  if (language.empty()) language = source.is_string() ? "lua" : "json";
  auto text = source.is_string() ? source.get<std::string>() : ToLine(source);
  auto rule = CompileRule(services, language, text);
  if (rule) return RuleInput{*rule, std::nullopt, now};
  body.Wrong("rule", rule.error());
  return std::nullopt;
}

}  // namespace tidings::api
