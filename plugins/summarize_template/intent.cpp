// What a campaign is for, guessed from its words.
#include <algorithm>
#include <iterator>

#include "summary.h"

namespace summarize_template {
namespace {

struct Class {
  std::string_view name, phrase;
};
// In order of precedence where two classes have the same weight.
constexpr Class kClasses[] = {
    {"win_back", "bring back customers who have not ordered for a while"},
    {"onboarding", "welcome new customers and help them begin"},
    {"recovery", "remind customers of what they left unfinished"},
    {"loyalty", "thank and reward good customers"},
    {"upsell", "win customers for something more or better"},
    {"promotion", "sell with an offer that ends"},
    {"event", "invite customers to something that happens"},
    {"feedback", "ask customers for their opinion"},
    {"announcement", "tell customers what is new"},
};
constexpr Class kNone = {"outreach", "stay in touch with customers"};

// A word or phrase, matched at the beginning of words, and what it speaks for.
struct Clue {
  std::string_view words, of;
  int weight;
};
constexpr Clue kClues[] = {
    {"miss you", "win_back", 5},
    {"missed you", "win_back", 5},
    {"come back", "win_back", 5},
    {"win back", "win_back", 5},
    {"win-back", "win_back", 5},
    {"winback", "win_back", 5},
    {"lapsed", "win_back", 5},
    {"inactive", "win_back", 4},
    {"been a while", "win_back", 5},
    {"long time no", "win_back", 5},
    {"reactivat", "win_back", 5},
    {"dormant", "win_back", 4},
    {"again soon", "win_back", 2},
    {"return", "win_back", 1},
    {"welcome", "onboarding", 4},
    {"get started", "onboarding", 4},
    {"getting started", "onboarding", 4},
    {"first order", "onboarding", 3},
    {"new customer", "onboarding", 4},
    {"sign up", "onboarding", 2},
    {"onboard", "onboarding", 5},
    {"cart", "recovery", 5},
    {"basket", "recovery", 4},
    {"checkout", "recovery", 4},
    {"left behind", "recovery", 4},
    {"abandon", "recovery", 5},
    {"loyal", "loyalty", 5},
    {"thank you", "loyalty", 3},
    {"reward", "loyalty", 4},
    {"vip", "loyalty", 4},
    {"points", "loyalty", 3},
    {"member", "loyalty", 2},
    {"best customer", "loyalty", 4},
    {"appreciat", "loyalty", 3},
    {"birthday", "loyalty", 3},
    {"upgrade", "upsell", 4},
    {"premium", "upsell", 3},
    {"pair", "upsell", 1},
    {"you may also", "upsell", 4},
    {"goes well with", "upsell", 4},
    {"recommend", "upsell", 2},
    {"% off", "promotion", 4},
    {"percent off", "promotion", 4},
    {"discount", "promotion", 4},
    {"sale", "promotion", 4},
    {"offer", "promotion", 3},
    {"coupon", "promotion", 4},
    {"deal", "promotion", 3},
    {"save", "promotion", 2},
    {"free shipping", "promotion", 3},
    {"code", "promotion", 1},
    {"limited time", "promotion", 3},
    {"invite", "event", 3},
    {"invitation", "event", 4},
    {"join us", "event", 4},
    {"webinar", "event", 5},
    {"opening", "event", 2},
    {"feedback", "feedback", 5},
    {"survey", "feedback", 5},
    {"review", "feedback", 3},
    {"how did we do", "feedback", 5},
    {"your opinion", "feedback", 4},
    {"announc", "announcement", 4},
    {"introducing", "announcement", 4},
    {"new in", "announcement", 3},
    {"launch", "announcement", 3},
    {"now available", "announcement", 4},
    {"arrived", "announcement", 2},
    {"update", "announcement", 2},
    {"newsletter", "announcement", 3},
    {"news", "announcement", 2},
    {"back in stock", "announcement", 4},
};

// What the rule says about who is meant.
constexpr Clue kRuleClues[] = {
    {"inactive", "win_back", 4},
    {"days ago", "win_back", 3},
    {"no order", "win_back", 3},
    {"last order is before", "win_back", 4},
    {"last order date is before", "win_back", 4},
    {"days since", "win_back", 3},
    {"months ago", "win_back", 3},
    {"never ordered", "onboarding", 3},
    {"visits are over", "loyalty", 1},
    {"total spend is over", "loyalty", 1},
};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c & 0x80) != 0; }

// Whether `words` stands in `text` where a word begins ("deal" is in "deals", not in "ideal").
bool Holds(std::string_view text, std::string_view words) {
  for (size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) {
    if (at == 0 || !IsLetter(words[0]) || !IsLetter(text[at - 1])) return true;
  }
  return false;
}

template <size_t kSize>
void Weigh(std::string_view text, const Clue (&clues)[kSize], int factor, int* weights) {
  for (auto& clue : clues) {
    if (!Holds(text, clue.words)) continue;
    for (size_t i = 0; i < std::size(kClasses); ++i) {
      if (kClasses[i].name == clue.of) weights[i] += clue.weight * factor;
    }
  }
}

}  // namespace

// The name of a campaign says most about what it is for, then its subject, then the message.
std::string Intent(const Facts& facts) {
  int weights[std::size(kClasses)] = {};
  Weigh(Lower(facts.name), kClues, 3, weights);
  Weigh(Lower(facts.subject), kClues, 2, weights);
  Weigh(Lower(facts.message), kClues, 1, weights);
  Weigh(Lower(facts.rule), kRuleClues, 2, weights);
  auto best = std::max_element(std::begin(weights), std::end(weights));
  const Class& found = *best == 0 ? kNone : kClasses[best - std::begin(weights)];
  return std::string(found.name) + ": " + std::string(found.phrase);
}

}  // namespace summarize_template
