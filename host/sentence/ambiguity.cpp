#include "sentence/ambiguity.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace tidings::sentence {
namespace {

constexpr const char* kSayOr = "a customer has one city; join cities with \"or\"";
constexpr const char* kSayNotAgain =
    "say whether \"not\" counts for both: repeat \"have not\" or \"have\"";
constexpr const char* kSayGroups = "say what \"or\" joins, by parentheses";
constexpr const char* kSayWhen =
    "visits are not dated: say \"have visited\" and \"have ordered\" each, with its own time";
constexpr const char* kSayPeriod =
    "say whether the time counts for both: repeat it, or put what has none in parentheses";
constexpr const char* kSayWhose =
    "say whether what stands last counts for both: put it first, as in \"in Pune and (...)\"";
constexpr const char* kSayHowMany = "say of each number whether it is the least, the most or exact";

// The first or last part of a chain.
const Json& Edge(const Json& m, bool last) {
  if (m[0] == "all" || m[0] == "narrowed") {
    for (size_t i = 1; i < m.size(); ++i) {
      const Json& member = m[last ? m.size() - i : i];
      if (!member.is_null()) return Edge(member, last);
    }
  }
  return m;
}

// How many times a customer is said to be in a city, outside of alternatives and denials.
size_t Cities(const Json& m) {
  static const std::set<std::string> kThrough = {"clause", "narrowed", "all",   "verb",
                                                 "noun",   "state",    "group", "with"};
  if (!m.is_array() || m.empty() || !m[0].is_string()) return 0;
  if (m[0] == "city") return 1;
  if (!kThrough.contains(m[0])) return 0;
  return std::accumulate(m.begin() + 1, m.end(), size_t{0},
                         [](size_t sum, const Json& part) { return sum + Cities(part); });
}

// "in Pune with 3 orders or 5 visits": the alternatives may begin at "with".
bool HasWith(const Json& m) {
  if (!m.is_array() || m.empty() || m[0] == "group") return false;
  return m[0] == "with" || std::any_of(m.begin(), m.end(), HasWith);
}

// The operator of the single bound in a meaning; "=" where there is none.
std::string OpOf(const Json& m) {
  if (!m.is_array() || m.empty()) return "=";
  if (m[0] == "bound") return m[1];
  for (const Json& part : m) {
    std::string op = OpOf(part);
    if (op != "=") return op;
  }
  return "=";
}

bool IsOneOf(const Json& word, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* one) { return word == one; });
}

// That they did it at all: "ordered", "visited".
bool IsPlain(const Json& deed) {
  static const Json kAtLeastOnce = {"bound", ">=", "1"};
  return deed[0] == "verb" && IsOneOf(deed[1][0], {"orders", "visits"}) &&
         deed[1][1] == kAtLeastOnce;
}

// "orders in 2025", "orders over 500": what "no" may stand before.
bool IsUncounted(const Json& bare) {
  bool order = IsOneOf(bare[0], {"noun", "verb"}) && bare[1][0] == "some_order";
  return order || (bare[0] == "noun" && IsOneOf(bare[1][0], {"bought", "amount"}));
}

// "have not ordered or visited": the denial of the first verb may reach over the second. ("spend"
// and "order" may be parsed as nouns as well.)
bool SharesDenial(const Json& before, const Json& after, bool any) {
  const Json& first = Edge(before, true);
  const Json& second = Edge(after, false);
  if (first[0] != "clause" || second[0] != "clause" || second[1] != "bare") return false;
  if (any && first[2][0] == "not" && IsUncounted(Edge(second[2], false))) return true;
  if (first[1] != "denied") return false;
  const Json denied = first[2][0] == "not" ? first[2][1][0] : Json("verb");
  const Json& bare = Edge(second[2], false);
  if (IsOneOf(bare[1][0], {"last_order", "quiet"})) return false;  // has a time of its own
  if (any) return IsOneOf(denied, {"verb", "noun"}) == IsOneOf(bare[0], {"verb", "noun"});
  return denied == bare[0] && (bare[0] == "noun" || IsPlain(bare));
}

// "more than 5 orders and 3 visits": the second number may be limited by the first one's words.
bool SharesLimit(const Json& before, const Json& after) {
  const Json& first = Edge(before, true);
  const Json& second = Edge(after, false);
  if (first[0] != "clause" || second[0] != "clause" || second[1] != "bare") return false;
  const Json& bare = Edge(second[2], false);
  return bare[0] == "noun" && OpOf(bare) == "bare" && OpOf(first[2]) != "bare" &&
         OpOf(first[2]) != "=";
}

bool Says(const Json& m, const char* kind) {
  if (!m.is_array() || m.empty()) return false;
  return m[0] == kind ||
         std::any_of(m.begin(), m.end(), [&](const Json& part) { return Says(part, kind); });
}

// Whether a part of `m` outside of parentheses fulfils `is`.
template <class Predicate>
bool HasPart(const Json& m, const Predicate& is) {
  if (!m.is_array() || m.empty() || m[0] == "group") return false;
  if (is(m)) return true;
  return std::any_of(m.begin(), m.end(), [&](const Json& part) { return HasPart(part, is); });
}

// "spent over 5k in 2025", without a "who" or "not" of its own: the time may be that of what stands
// before as well.
bool EndsInTime(const Json& m) {
  if (m[0] == "clause") return m[1] != "denied" && m[2][0] != "clause" && Says(m, "placed");
  if (!IsOneOf(m[0], {"all", "any", "narrowed", "not"})) return Says(m, "placed");
  return std::any_of(m.begin() + 1, m.end(),
                     [](const Json& part) { return part.is_array() && EndsInTime(part); });
}

// That someone bought, spent or visited, at no certain time.
bool IsTimeless(const Json& m) {
  static const std::set<std::string> kKinds = {
      "spend",  "orders", "visits", "order_amount", "amount",    "largest_order",
      "status", "item",   "sku",    "asked",        "some_order"};
  return m[0].is_string() && kKinds.contains(m[0]) && !Says(m, "placed");
}
bool SaysTimeless(const Json& m) {
  return IsOneOf(m[0], {"verb", "noun", "with"}) && !Says(m, "placed") && HasPart(m[1], IsTimeless);
}

// "with 3 orders", "in Pune with 3 orders": behind what it narrows.
bool NarrowsWith(const Json& m) {
  if (m[0] == "with") return true;
  return m[0] == "all" && std::any_of(m.begin() + 1, m.end(), [](const Json& part) {
           return part.is_array() && NarrowsWith(part);
         });
}

// "ordered 3 times or spent 5k in 2025"; "spent 5k in 2025 with 3 orders".
bool SharesPeriod(const Json& before, const Json& after, bool any) {
  if (before[0] == "with" && after[0] == "clause") return false;
  bool asks = Says(after, "asked") || Says(after, "some_order");
  bool timed = Says(before, "placed") || (asks && Says(before, "bought"));
  if (NarrowsWith(after) && timed && HasPart(after, SaysTimeless)) return true;
  bool timeless = HasPart(before, SaysTimeless) || (any && IsTimeless(before));
  return timeless && EndsInTime(after);
}

// "visited or ordered in 30 days": the time may be that of both.
bool SharesTime(const Json& before, const Json& after) {
  static const Json kVisited = {"verb", {"visits", {"bound", ">=", "1"}}};
  const Json& first = Edge(before, true);
  const Json& second = Edge(after, false);
  if (first[0] != "clause" || second[0] != "clause" || second[1] != "bare") return false;
  return first[2] == kVisited && second[2][0] == "verb" && second[2][1][0] == "bought";
}

// "over 5k or 10 visits in Pune": what narrows the last may narrow all.
bool SharesNarrowing(const std::vector<Json>& members) {
  const Json& last = members.back();
  if (last[0] != "clause" || last[2][0] != "narrowed") return false;
  for (const char* kind : {"city", "joined", "tag", "with"}) {
    auto says = [&](const Json& member) { return Says(member, kind); };
    bool first = std::none_of(members.begin(), members.end() - 1, says);
    if (Says(last[2][2], kind) && first) return true;
  }
  return false;
}

std::optional<std::string> WhyPair(const Json& before, const Json& after, bool any) {
  if (SharesDenial(before, after, any)) return kSayNotAgain;
  if (any && HasWith(before)) return kSayGroups;
  if (SharesLimit(before, after)) return kSayHowMany;
  if (SharesTime(before, after)) return kSayWhen;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> WhyAmbiguous(const std::vector<Json>& members, bool any) {
  Json all = {"all"};
  for (const Json& member : members) all.push_back(member);
  if (!any && Cities(all) > 1) return kSayOr;
  if (any && members.size() > 1 && SharesNarrowing(members)) return kSayWhose;
  for (size_t i = 1; i < members.size(); ++i) {
    auto shares = [&](const Json& before) { return SharesPeriod(before, members[i], any); };
    if (std::any_of(members.begin(), members.begin() + i, shares)) return kSayPeriod;
    if (auto why = WhyPair(members[i - 1], members[i], any)) return why;
  }
  return std::nullopt;
}

}  // namespace tidings::sentence
