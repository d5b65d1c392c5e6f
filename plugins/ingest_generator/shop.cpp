#include "shop.h"

#include <algorithm>
#include <cmath>

#include "tidings/text.hpp"

namespace ingest_generator {
namespace {

namespace sdk = tidings::sdk;
using sdk::kDay;

constexpr int64_t kYears = 4;               // the shop's age
constexpr int64_t kLapsedFor = 180 * kDay;  // at least, for those who lapsed
constexpr double kMostWeight = 20;          // of the keenest customer against the least keen

// How much is bought in each month, and on each day of the week from Monday, at most 1.
constexpr double kMonths[] = {0.42, 0.44, 0.5, 0.53, 0.55, 0.55, 0.5, 0.47, 0.55, 0.61, 0.8, 1.0};
constexpr double kWeekdays[] = {0.69, 0.69, 0.73, 0.77, 0.88, 1.0, 0.85};

// What the numbers of a row are drawn for: each purpose has a stream of its own.
enum Stream : uint64_t { kPerson = 1, kDetails, kOrder, kTotals };

void AppendCents(std::string& to, int64_t cents) {
  sdk::AppendNumber(to, cents / 100);
  sdk::AppendPadded(to += '.', cents % 100, 2);
}

const Culture& CultureFor(uint64_t draw) {
  auto hundredth = static_cast<int>(draw % 100);
  size_t i = 0;
  while (i + 1 < CultureCount() && hundredth >= CultureAt(i).share) {
    hundredth -= CultureAt(i++).share;
  }
  return CultureAt(i);
}

double DayWeight(int64_t day) {
  auto weekday = static_cast<size_t>((day + 3) % 7);  // 1970-01-01 was a Thursday
  return kMonths[sdk::DateOf(day).month - 1] * kWeekdays[weekday];
}

}  // namespace

// SplitMix64 over seed, purpose and number.
class Shop::Dice {
 public:
  Dice(uint64_t seed, Stream stream, uint64_t i)
      : state_(Mixed(Mixed(seed + stream * 0xd1342543de82ef95u) ^ i)) {}
  uint64_t Next() { return Mixed(state_ += 0x9e3779b97f4a7c15u); }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  uint64_t Below(uint64_t bound) { return Next() % bound; }

 private:
  static uint64_t Mixed(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  uint64_t state_;
};

// What decides how somebody buys.
struct Shop::Person {
  double weight = 1;             // 1 .. kMostWeight, by Pareto: few buy most
  int64_t joined = 0, left = 0;  // first and last moment as a customer

  int tier() const { return weight < 2 ? 0 : weight < 5 ? 1 : weight < 12 ? 2 : 3; }
};

Shop::Person Shop::PersonAt(uint64_t i) const {
  Dice dice(options_.seed, kPerson, i);
  Person person;
  // Square roots alone, which are the same on every machine; a Pareto tail of index 4/3.
  double root = std::sqrt(1 - dice.Unit()), draw = dice.Unit();
  person.weight = std::min(1 / (root * std::sqrt(root)), kMostWeight);
  double age = draw * std::sqrt(draw) * static_cast<double>(kYears * 365 * kDay - kDay);
  person.joined = options_.until - kDay - static_cast<int64_t>(age);
  person.joined -= person.joined % sdk::kSecond;
  bool lapsed = dice.Unit() < options_.lapsed;
  person.left = options_.until;
  int64_t span = options_.until - kLapsedFor - person.joined;
  if (lapsed && span > kDay) {
    person.left =
        person.joined + kDay + static_cast<int64_t>(dice.Unit() * static_cast<double>(span - kDay));
  }
  return person;
}

void Shop::AppendExternalId(std::string& to, const char* kind, uint64_t i) const {
  sdk::AppendNumber(to += kind, static_cast<int64_t>(options_.seed));
  sdk::AppendNumber(to += '-', static_cast<int64_t>(i + 1));
}

void Shop::AppendCustomer(std::string& to, uint64_t i) const {
  constexpr const char* kTiers[] = {"bronze", "silver", "gold", "platinum"};
  Person person = PersonAt(i);
  Dice dice(options_.seed, kDetails, i);
  const Culture& culture = CultureFor(dice.Next());
  AppendExternalId(to += "{\"external_id\":\"", "gen-", i);
  AppendContact(to += "\",", dice, i, culture);
  sdk::AppendJson(to += ",\"city\":", culture.cities[dice.Next()]);
  sdk::AppendTime(to += ",\"created_at\":\"", person.joined);
  to += '"';
  if (options_.totals) AppendTotals(to, dice, person);
  sdk::AppendJson(to += ",\"attributes\":{\"country\":", culture.country);
  sdk::AppendJson(to += ",\"tier\":", kTiers[person.tier()]);
  to += dice.Unit() < 0.6 ? ",\"newsletter\":true}}" : ",\"newsletter\":false}}";
}

// Name, an e-mail address that no other customer of any shop has, and a phone number.
void Shop::AppendContact(std::string& to, Dice& dice, uint64_t i, const Culture& culture) const {
  constexpr const char* kDomains[] = {"@example.com\"", "@example.org\"", "@example.net\""};
  std::string_view given = culture.given[dice.Next()], family = culture.family[dice.Next()];
  to += "\"name\":\"";
  (to += culture.family_first ? family : given) += ' ';
  (to += culture.family_first ? given : family) += "\",\"email\":\"";
  AppendSlug(to, given);
  AppendSlug(to += '.', family);
  sdk::AppendNumber(to += '.', static_cast<int64_t>(i + 1));
  if (options_.seed != 1) sdk::AppendNumber(to += '-', static_cast<int64_t>(options_.seed));
  to += kDomains[dice.Below(3)];
  (to += ",\"phone\":\"") += culture.dial;
  for (int digit = 0; digit < culture.digits; ++digit) {
    to += static_cast<char>('0' + dice.Below(10));
  }
  to += '"';
}

// A past that fits the person, for shops whose orders are not made.
void Shop::AppendTotals(std::string& to, Dice& dice, const Person& person) const {
  auto visits = static_cast<int64_t>(person.weight * (0.5 + dice.Unit()) * 1.5);
  if (visits == 0) return;
  int64_t cents = 0;
  for (int64_t i = 0; i < visits; ++i) cents += 500 + static_cast<int64_t>(dice.Below(12'000));
  AppendCents(to += ",\"total_spend\":", cents);
  sdk::AppendNumber(to += ",\"visit\":", visits);
  sdk::AppendTime(to += ",\"last_order_date\":\"", OrderDate(dice, person));
  to += '"';
}

void Shop::AppendOrder(std::string& to, uint64_t i, uint64_t population) const {
  Dice dice(options_.seed, kOrder, i);
  uint64_t buyer = BuyerOf(dice, population);
  Person person = PersonAt(buyer);
  int64_t date = OrderDate(dice, person);
  AppendExternalId(to += "{\"external_id\":\"", "gen-order-", i);
  AppendExternalId(to += "\",\"customer_external_id\":\"", "gen-", buyer);
  sdk::AppendTime(to += "\",\"order_date\":\"", date);
  (to += "\",\"status\":\"") += StatusOf(dice, date);
  int64_t cents = AppendItems(to += "\",\"items\":[", dice, person);
  AppendCents(to += "],\"amount\":", cents);
  to += '}';
}

// Who is drawn is taken with a chance that grows with the person's weight.
uint64_t Shop::BuyerOf(Dice& dice, uint64_t population) const {
  uint64_t candidate = 0;
  for (int draw = 0; draw < 64; ++draw) {
    candidate = dice.Below(population);
    if (dice.Unit() * kMostWeight < PersonAt(candidate).weight) break;
  }
  return candidate;
}

// A moment in the person's time as a customer; seasons and weekends have more of them, and shops
// are visited between 8 and 22.
int64_t Shop::OrderDate(Dice& dice, const Person& person) const {
  int64_t first = person.joined / kDay, days = person.left / kDay - first + 1;
  int64_t day = first;
  for (int draw = 0; draw < 24; ++draw) {
    day = first + static_cast<int64_t>(dice.Below(static_cast<uint64_t>(days)));
    if (dice.Unit() < DayWeight(day)) break;
  }
  double hour = 8 + 7 * (dice.Unit() + dice.Unit());
  int64_t date = day * kDay + static_cast<int64_t>(hour * 3600) * sdk::kSecond;
  date = std::clamp(date, person.joined, person.left);
  return date - date % sdk::kSecond;
}

const char* Shop::StatusOf(Dice& dice, int64_t date) const {
  double unit = dice.Unit();
  bool fresh = options_.until - date < 10 * kDay;
  if (fresh && unit > 0.7) return "PENDING";
  if (unit < 0.03) return "CANCELLED";
  return unit < 0.055 ? "REFUNDED" : "COMPLETED";
}

// One to five items; those who buy much buy dearer things. Returns the order's amount in cents.
int64_t Shop::AppendItems(std::string& to, Dice& dice, const Person& person) {
  int64_t cents = 0;
  bool more = true;
  for (int count = 0; more && count < 5; ++count) {
    uint64_t pick = dice.Below(ProductCount()) * dice.Below(ProductCount()) / ProductCount();
    if (person.tier() >= 2) pick = std::max(pick, dice.Below(ProductCount()));
    const Product& product = ProductAt(pick);
    auto quantity = static_cast<int64_t>(1 + (dice.Unit() < 0.25) + 2 * (dice.Unit() < 0.05));
    int64_t price = dice.Unit() < 0.15 ? product.price * 4 / 5 : product.price;
    cents += quantity * price;
    sdk::AppendJson(to += count ? ",{\"name\":" : "{\"name\":", product.name);
    sdk::AppendJson(to += ",\"sku\":", product.sku);
    sdk::AppendNumber(to += ",\"quantity\":", quantity);
    AppendCents(to += ",\"unit_price\":", price);
    AppendCents(to += ",\"total\":", quantity * price);
    to += '}';
    more = dice.Unit() < 0.45;
  }
  return cents;
}

}  // namespace ingest_generator
