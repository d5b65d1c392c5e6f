#include "sentence/meaning.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "sentence/ambiguity.h"
#include "sentence/clause_writer.h"
#include "sentence/rule_json.h"

namespace tidings::sentence {
namespace {

// The meanings that join others; the rest are clauses.
class Writer {
 public:
  Meaning Write(const Json& parsed) {
    Json rule = Lower(parsed, {});
    bool group = rule.contains("combinator") && !rule.contains("not");
    if (!group) rule = GroupOf("and", Json::array({rule}));
    meaning_.rule = std::move(rule);
    return std::move(meaning_);
  }

 private:
  using Lowering = Json (Writer::*)(const Json&, Sign);

  Json Lower(const Json& m, Sign sign) {
    static const std::unordered_map<std::string, Lowering> kLowerings = {
        {"all", &Writer::All},     {"narrowed", &Writer::All},  {"any", &Writer::Any},
        {"not", &Writer::Negated}, {"except", &Writer::Except}, {"clause", &Writer::Clause},
        {"with", &Writer::Inner},  {"group", &Writer::Inner},   {"verb", &Writer::Inner},
        {"noun", &Writer::Inner},  {"state", &Writer::Inner},
    };
    auto found = kLowerings.find(m[0].get_ref<const std::string&>());
    return found == kLowerings.end() ? clauses_.Write(m, sign) : (this->*found->second)(m, sign);
  }

  Json Inner(const Json& m, Sign sign) { return Lower(m[1], sign); }
  Json Clause(const Json& m, Sign sign) { return Lower(m[2], sign); }
  Json Negated(const Json& m, Sign sign) { return Lower(m[1], sign.Flipped()); }

  Json Except(const Json& m, Sign sign) {
    bool of_orders = m[1][0] == "clause" && m[1][1] == "bare" && m[1][2][1][0] == "status";
    if (of_orders)
      return clauses_.Refuse("ambiguous",
                             "say whether customers or orders are left out: \"and never cancelled "
                             "an order\"");
    return Lower(m[1], {!sign.here, sign.around, true});
  }

  Json All(const Json& m, Sign sign) { return Joined(Members(m), sign, "and"); }

  Json Any(const Json& m, Sign sign) {
    auto members = Members(m);
    auto all = [](const Json& member) { return member[0] == "all"; };
    if (std::any_of(members.begin(), members.end(), all))
      meaning_.assumptions.Add("\"and\" binds before \"or\"");
    return Joined(members, sign, "or");
  }

  Json Joined(const std::vector<Json>& members, Sign sign, const std::string& combinator) {
    if (auto why = WhyAmbiguous(members, combinator == "or"))
      return clauses_.Refuse("ambiguous", *why);
    return Join(members, sign, combinator.c_str());
  }

  // The members of nested lists of the same kind.
  static std::vector<Json> Members(const Json& m) {
    std::vector<Json> members;
    Flatten(m, m[0], members);
    return members;
  }
  static void Flatten(const Json& m, const Json& kind, std::vector<Json>& members) {
    for (size_t i = 1; i < m.size(); ++i) {
      if (m[i].is_null()) continue;
      if (m[i][0] == kind)
        Flatten(m[i], kind, members);
      else
        members.push_back(m[i]);
    }
  }

  Json Join(const std::vector<Json>& members, Sign sign, const char* combinator) {
    Json rules = Json::array();
    Sign inside{false, sign.here != sign.around, false};
    for (const Json& member : members) {
      Json rule = Lower(member, members.size() == 1 ? sign : inside);
      bool same =
          rule.contains("combinator") && rule["combinator"] == combinator && !rule.contains("not");
      if (same)
        rules.insert(rules.end(), rule["rules"].begin(), rule["rules"].end());
      else
        rules.push_back(std::move(rule));
    }
    if (members.size() == 1) return rules.size() == 1 ? rules[0] : GroupOf(combinator, rules);
    Json group = GroupOf(combinator, rules);
    if (sign.here) group["not"] = true;
    return group;
  }

  Meaning meaning_;
  ClauseWriter clauses_{meaning_};
};

}  // namespace

Meaning Understand(const Json& parsed) { return Writer().Write(parsed); }

}  // namespace tidings::sentence
