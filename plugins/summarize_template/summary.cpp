#include "summary.h"

#include <algorithm>
#include <cmath>

namespace summarize_template {
namespace {

constexpr size_t kReasonsShown = 3;

std::string Plural(int64_t count, const std::string& one, const std::string& many) {
  return WithThousands(count) + " " + (count == 1 ? one : many);
}

// "10,000" -> "₹10,000" in a label like "over 10,000" or "5,000 to 10,000".
std::string WithCurrency(const std::string& label, const std::string& currency) {
  std::string text;
  bool in_number = false;
  for (char c : label) {
    bool digit = c >= '0' && c <= '9';
    if (digit && !in_number) text += currency;
    in_number = digit || (in_number && (c == ',' || c == '.'));
    text += c;
  }
  return text;
}

std::string Whom(const Group& group, const std::string& currency) {
  if (group.by == "spend") return "customers who spent " + WithCurrency(group.label, currency);
  if (group.by == "city") return "customers in " + group.label;
  if (group.by == "visit" || group.by == "visits") {
    bool one = group.label == "1";
    return "customers with " + group.label + (one ? " visit" : " visits");
  }
  return "customers with " + group.by + " " + group.label;
}

std::string Capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

std::string GroupSentence(const Group& group, const std::string& currency) {
  return Capital(Whom(group, currency)) + " had a " + Percent(group.rate) + " delivery rate (" +
         WithThousands(group.delivered) + " of " + WithThousands(group.delivered + group.failed) +
         "). ";
}

// Whether a group is large enough for its rate to mean something.
bool Tells(const Group& group, const Facts& facts) {
  return group.delivered + group.failed >= std::max<int64_t>(20, facts.audience / 50);
}

std::vector<Group> BestFirst(const Facts& facts) {
  std::vector<Group> groups;
  std::copy_if(facts.groups.begin(), facts.groups.end(), std::back_inserter(groups),
               [&](const Group& g) { return Tells(g, facts); });
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.rate > b.rate; });
  return groups;
}

// The keenest spenders, and then the best and the worst of all groups, each named once.
std::string GroupSentences(const Facts& facts, const std::string& currency) {
  std::string text;
  auto is_spend = [&](const Group& g) { return g.by == "spend" && Tells(g, facts); };
  auto spend = std::find_if(facts.groups.begin(), facts.groups.end(), is_spend);
  if (spend != facts.groups.end()) text += GroupSentence(*spend, currency);
  auto groups = BestFirst(facts);
  if (groups.size() < 2 || Percent(groups.front().rate) == Percent(groups.back().rate)) return text;
  auto &best = groups.front(), &worst = groups.back();
  text += "It went best with " + Whom(best, currency) + " (" + Percent(best.rate) +
          ") and worst with " + Whom(worst, currency) + " (" + Percent(worst.rate) + "). ";
  return text;
}

std::string ReasonSentence(const Facts& facts) {
  if (facts.failed == 0) return facts.delivered > 0 ? "No message failed. " : "";
  std::string text = Plural(facts.failed, "message", "messages") + " failed";
  int64_t named = 0;
  for (size_t i = 0; i < std::min(facts.reasons.size(), kReasonsShown); ++i) {
    auto& reason = facts.reasons[i];
    std::string code = reason.code.empty() ? "no reason given" : reason.code;
    text += (i == 0 ? ": " : ", ") + WithThousands(reason.count) + " " + code;
    named += reason.count;
  }
  if (named > 0 && named < facts.failed) {
    text += ", " + WithThousands(facts.failed - named) + " for other reasons";
  }
  return text + ". ";
}

std::string Took(double seconds) {
  if (seconds < 0) return "";
  auto whole = static_cast<int64_t>(std::llround(seconds));
  std::string text;
  if (whole >= 7200) {
    text =
        Plural(whole / 3600, "hour", "hours") + " " + Plural(whole / 60 % 60, "minute", "minutes");
  } else if (whole >= 120) {
    text = Plural(whole / 60, "minute", "minutes") + " " + Plural(whole % 60, "second", "seconds");
  } else if (seconds >= 10) {
    text = Plural(whole, "second", "seconds");
  } else if (seconds < 0.1) {
    text = "less than 0.1 seconds";
  } else {
    auto tenths = static_cast<int64_t>(std::llround(seconds * 10));
    text = std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " seconds";
  }
  return "From launch to the last receipt it took " + text + ".";
}

std::string Called(const Facts& facts) {
  return facts.name.empty() ? "The campaign" : "“" + facts.name + "”";
}

std::string RuleSentence(const Facts& facts) {
  return facts.rule.empty() ? "" : "It went to customers of this kind: " + facts.rule + ". ";
}

}  // namespace

std::string WithThousands(int64_t number) {
  std::string digits = std::to_string(number), text;
  size_t first = number < 0 ? 1 : 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string Percent(double share) {
  auto tenths = static_cast<int64_t>(std::llround(std::clamp(share, 0.0, 1.0) * 1000));
  if (tenths == 1000 && share < 1) tenths = 999;
  if (tenths == 0 && share > 0) tenths = 1;
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
  return text + " %";
}

std::string Summarize(const Facts& facts, const std::string& currency) {
  std::string text = Called(facts);
  if (facts.audience == 0) {
    text += " found no customers, so nothing was sent. " + RuleSentence(facts);
  } else {
    text += " reached " + WithThousands(facts.delivered) + " of " +
            Plural(facts.audience, "customer", "customers") + ", a delivery rate of " +
            Percent(facts.rate) + ". ";
    text += RuleSentence(facts) + GroupSentences(facts, currency) + ReasonSentence(facts);
    if (facts.pending() > 0) {
      text += Plural(facts.pending(), "message has", "messages have") + " no receipt yet. ";
    }
    text += Took(facts.seconds);
  }
  while (text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace summarize_template
