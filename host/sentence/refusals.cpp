#include "sentence/refusals.h"

#include <algorithm>

#include "base/text.h"
#include "sentence/phrase_index.h"

namespace tidings::sentence {
namespace {

struct Reason {
  const char* code;
  const char* hint;
  const char* phrases;
};

constexpr const char* kVague = "vague_threshold";
constexpr const char* kSayHowMuch =
    "say how much, as in \"more than 5,000\" or \"at least 3 times\"";
constexpr const char* kSayWhen = "say when, as in \"in the last 30 days\" or \"since March 2025\"";

constexpr Reason kReasons[] = {
    {kVague, kSayHowMuch,
     "a lot|lots|loads|tons|many|several|few|a few|couple|a "
     "couple|much|big|high|higher|highest|low|"
     "lowest|large|huge|heavy|heavily|small|good|great|decent|significant|substantial|considerable|"
     "little|tiny|plenty|bunch|most|more|less|some|around|about|roughly|approximately|approx|"
     "nearly|"
     "almost|top|best|worst|valuable|premium|wealthy|rich|affluent|luxury|budget|cheap|expensive|"
     "average|above average|below average|median|typical|percent|percentile|%|quite|very|really|"
     "multiple|handful|numerous|generous|biggest|largest|better|poor|enough|too|vip|vips|"
     "champions|whales|somewhat|pretty|fairly|reasonably"},
    {kVague, kSayHowMuch,
     "loyal|loyalty|engaged|engagement|frequent|frequently|often|regular|regularly|occasional|"
     "occasionally|rarely|seldom|sometimes|always|usually|consistently|favourite|favorite|key|"
     "important|serious|committed|dedicated|devoted|fans|advocates|bargain|casual"},
    {kVague, kSayWhen,
     "recently|recent|lately|a while|while back|long time|a long time|ages|long ago|soon|old|older|"
     "new|newer|newest|oldest|some time|sometime|these days|nowadays|early|late|once upon|fresh|"
     "inactive|lapsed|dormant|silent|long|newly|awhile|short"},
    {kVague, kSayHowMuch,
     "hundreds|dozens|scores|fifth|sixth|seventh|eighth|ninth|tenth|fourth|nth|hundredth|"
     "eleventh|twelfth|thirteenth|fourteenth|fifteenth|twentieth|thirtieth|half dozen"},
    {"ambiguous", "say \"came back\", or \"had a refund\"", "returned|return"},
    {"ambiguous", "name the days, as in \"in the last 30 days\" or \"since 1 March 2026\"",
     "today|yesterday|tomorrow|this month|this year|this week|last month|last week|last year|"
     "this quarter|last quarter|previous month|previous year|previous week|preceding month|"
     "preceding year|preceding "
     "week|quarter|quarters|weekend|season|diwali|holi|christmas|eid|holiday|"
     "festival|easter|summer|winter|monsoon|spring|autumn|mtd|ytd|financial "
     "year|fiscal|fy|q1|q2|q3|"
     "q4|decade|century|noon|midnight|morning|evening|next|upcoming|monday|tuesday|wednesday|"
     "thursday|friday|saturday|sunday"},
    {"vague_region", "name the cities, as in \"in Chennai or Kochi\"",
     "south|north|east|west|southern|northern|eastern|western|central|metro|metros|tier|tier 1|"
     "tier 2|region|regions|area|near|nearby|around|rural|urban|overseas|abroad|local|ncr|coastal"},
    {"unknown_field", "customers have a city, no country or state; name the cities",
     "kashmir|himachal|uttarakhand|jharkhand|chhattisgarh|manipur|tripura|meghalaya|nagaland|"
     "mizoram|sikkim|konkan|vidarbha|marathwada|florida|ohio|illinois|virginia|carolina|"
     "india|indian|usa|uk|us|america|american|europe|european|asia|country|countries|state|states|"
     "maharashtra|karnataka|gujarat|kerala|punjab|rajasthan|bihar|telangana|haryana|odisha|assam|"
     "tamil|nadu|pradesh|bengal|uttar|andhra|madhya|germany|france|spain|italy|canada|australia|"
     "china|japan|uae|england|scotland|wales|ireland|california|texas|pincode|pin|zip|zipcode|"
     "postcode|address|street|continent|province|county|district"},
    {"unknown_field", "ages, birthdays and genders are not among the fields of a customer",
     "age|aged|ages|old|year old|young|younger|adult|adults|teen|teens|teenagers|senior|seniors|"
     "kids|children|born|birthday|birthdays|birth|anniversary|gender|women|woman|men|man|male|"
     "males|female|females|girls|boys|ladies|gentlemen|married|single status|millennials|gen|"
     "students|parents|mothers|fathers|pregnant|moms|dads|generation|unmarried"},
    {"unknown_field", "opens and clicks of messages are not among the fields of a customer",
     "opened|open|opens|clicked|click|clicks|read|replied|responded|unsubscribed|subscribed|"
     "subscriber|subscribers|newsletter|newsletters|campaign|campaigns|message|messages|sms|"
     "whatsapp|notification|notifications|bounced|delivered|emailed|engagement rate|link|links|"
     "push|received|ignored|complained|spam"},
    // Words that are no misspelling of those they resemble.
    {"refuse", "",
     "stopped|stopping|sent|sending|sends|sender|senders|prune|pairs|pair|camel|others|values|"
     "limits|limited|staff|precious|haven|individually|excluded|joint|joins|overs|latter|lease|"
     "speed|sport|timed|twin|twins|forth|thirsty|citing|wherever|whoever|whenever|"
     "between us|singles|members only|listing|fetching|hold|holding|held|owed|lent|rent|sold"},
    {"unknown_field",
     "this is not among the fields of a customer; one of your own is written as in "
     "\"attributes.plan is gold\"",
     "like|likes|liked|love|loves|prefer|prefers|preferred|colour|color|blue|red|green|interest|"
     "interests|hobby|hobbies|income|salary|job|profession|occupation|education|language|speaks|"
     "hindi|english|religion|device|devices|iphone|iphones|android|ios|app|browser|mobile app|"
     "desktop|referral|referrals|referred|referrer|source|instagram|facebook|google|ads|ad|organic|"
     "review|reviews|reviewed|rating|ratings|rated|stars|feedback|nps|complaint|complaints|ticket|"
     "tickets|support|wishlist|cart|carts|abandoned|browsed|viewed|session|sessions|page|pages|"
     "logged|login|logins|points|wallet|coupon|coupons|discount|discounts|discounted|voucher|offer|"
     "offers|promo|promotion|sale|gift|gifts|payment|upi|card|cards|cod|cash|credit|credits|emi|"
     "weather|height|weight|company|companies|employees|industry|owner|car|house|pet|pets|dog|dogs|"
     "cat|cats|vegetarian|vegan|happy|unhappy|angry|satisfied|dissatisfied|tenure|membership|plan|"
     "gold|silver|platinum|consent|opted|opt|balance|debt|due|invoice|invoices|quantity|quantities|"
     "returns|exchanged|warranty|shipping|shipped|delivery|deliveries|supplier|brand|brands|"
     "category|categories|kind|type|followers|follow|shared|attended|event|events|store credit|"
     "offline|channel|channels|birthdate|timezone"},
    {"unknown_field", "put the name of the item between quotes, as in: bought \"green tea\"",
     "shoes|shirt|shirts|clothes|clothing|electronics|phones bought|book|books|furniture|grocery|"
     "groceries|toys|jewellery|jewelry|shampoo|coffee|tea|food|dress|dresses|jeans|laptop|laptops|"
     "saree|sarees|kurta|perfume|watch|watches|bag|bags|item|product|goods|accessories|cosmetics|"
     "makeup|skincare|sneakers|sunglasses|socks|snacks|milk"},
    {"unsupported",
     "rules compare a field, or the number, total, average, largest or smallest of orders, with a "
     "constant; this needs another calculation",
     "mean|sum of|ratio|growth|increase|increased|increasing|decrease|"
     "decreased|decreasing|declining|dropped|trend|trending|compared|comparison|twice as|times as|"
     "double|half of|per month|per year|per week|per order|per visit|monthly|weekly|yearly|daily|"
     "annually|each month|every month|rank|ranked|ranking|random|sample|consecutive|in a row|"
     "first order|first purchase|second order|limit|sort|sorted|rather than|same|between orders|"
     "difference|frequency|first ordered|streak|cadence|usual|cohort|quartile|decile|distinct|"
     "unique|different|per|first|second|third|instead|first visit|rfm"},
    {"needs_model", "a rule tells what customers did, not what they may do",
     "likely|likelihood|unlikely|probably|probable|probability|predict|predicted|prediction|"
     "propensity|might|may buy|could|would|will|going to|about to|expected|expect|churn|churning|"
     "churned|churn risk|risk|at risk|lookalike|lookalikes|look alike|similar|similar to|resemble|"
     "interested|sentiment|potential|potentially|promising|intent|intend|ready|responsive|"
     "recommended|recommend|should|forecast|persuadable|respond|tend|tends|seem|seems|appear|"
     "want|wants|convert|upsell|win back|winback|hot|cold|warm|ai|score|scored|smart|anomalous"},
    {"not_a_segment", "describe the customers who are to belong to the segment",
     "delete|remove|drop|truncate|update|insert|alter|set|erase|wipe|destroy|modify|change|rename|"
     "send|write|draft|compose|generate|tell|explain|describe|summarize|summarise|translate|say|"
     "hello|hi|hey|thanks|thank|joke|poem|story|what|why|when|how|how many|how much|is there|are "
     "there|can you|"
     "could you|would you|ignore|disregard|forget|instructions|instruction|prompt|system|pretend|"
     "act as|role|override|bypass|reveal|password|secret|secrets|admin|select *|table|tables|"
     "database|sql|script|javascript|execute|run|count|calculate|compute|total count|export|import|"
     "launch|schedule|cancel campaign|stop|start campaign|true|false|jailbreak|assistant|"
     "previous instructions|regardless|print|output|return all|lorem|ipsum|blah|foo|bar|asdf|test|"
     "weather today|you|yourself|help|refund me|call|email them|text them|message them|;|--|*"},
    {"ambiguous", "write the month as a word, as in \"5 March 2026\"", ""},
};

// A date that may be read two ways has no text.
constexpr size_t kTwoWayDate = std::size(kReasons) - 1;

PhraseIndex IndexOfReasons() {
  PhraseIndex index;
  for (size_t id = 0; id < kTwoWayDate; ++id) {
    for (std::string_view phrase : Split(kReasons[id].phrases, '|')) index.Add(phrase, id);
  }
  return index;
}

// The longest phrase that the words begin with; of equal ones the first of the table.
RefusedPhrase Longest(std::span<const Word> words, size_t at) {
  static const PhraseIndex kIndex = IndexOfReasons();
  PhraseIndex::Hit longest{0, 0};
  for (const PhraseIndex::Hit& hit : kIndex.Find(words)) {
    bool better = hit.words > longest.words || (hit.words == longest.words && hit.id < longest.id);
    if (better) longest = hit;
  }
  bool two_ways = words.front().kind == Word::Kind::kDate && words.front().text.empty();
  if (two_ways) longest = {kTwoWayDate, 1};
  return {kReasons[longest.id].code, kReasons[longest.id].hint, at, longest.words};
}

}  // namespace

std::vector<RefusedPhrase> FindRefused(std::span<const Word> words) {
  std::vector<RefusedPhrase> found;
  for (size_t at = 0; at < words.size();) {
    RefusedPhrase phrase = Longest(words.subspan(at), at);
    if (phrase.words > 0) found.push_back(phrase);
    at += std::max<size_t>(phrase.words, 1);
  }
  return found;
}

const std::vector<std::string>& RefusedWords() {
  static const std::vector<std::string> kWords = [] {
    std::vector<std::string> words;
    for (const Reason& reason : kReasons) {
      for (std::string_view phrase : Split(reason.phrases, '|')) {
        for (std::string_view word : Split(phrase, ' ')) {
          if (!word.empty()) words.emplace_back(word);
        }
      }
    }
    return words;
  }();
  return kWords;
}

}  // namespace tidings::sentence
