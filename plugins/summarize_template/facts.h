// What the host knows about a campaign, taken out of its JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace summarize_template {

struct Reason {
  std::string code;
  int64_t count = 0;
};

// A part of the audience: "over 10,000" by "spend", "Pune" by "city", "10 or more" by "visits".
struct Group {
  std::string by, label;
  int64_t audience = 0, delivered = 0, failed = 0;
  double rate = 0;  // 0..1, of those whose fate is known
};

struct Facts {
  std::string name, rule, subject, message;
  int64_t audience = 0, sent = 0, delivered = 0, failed = 0;
  double rate = 0;              // 0..1
  double seconds = -1;          // negative = not known
  std::vector<Reason> reasons;  // the most frequent first
  std::vector<Group> groups;

  int64_t pending() const { return audience - delivered - failed; }
};

// Missing members are left as above; members of a wrong type count as missing. Throws
// std::invalid_argument where the text is no JSON object.
Facts ParseFacts(std::string_view json);

}  // namespace summarize_template
