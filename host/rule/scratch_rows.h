// Random customers in memory, as Matcher::Columns() would select them; for tests without a
// database.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/random.h"
#include "lua/row.h"

namespace tidings::rule {

struct ScratchRow {
  std::vector<std::optional<std::string>> texts;  // of lua::CustomerRow(); times in microseconds

  // As values that last as long as this row.
  std::vector<lua::Value> Values() const {
    std::vector<lua::Value> values;
    for (size_t i = 0; i < texts.size(); ++i) {
      values.push_back(ValueOf(texts[i], lua::CustomerRow().fields[i].kind));
    }
    return values;
  }
  std::string Shown() const {
    std::string text;
    for (const auto& value : texts) text += value.value_or("nil") + " | ";
    return text;
  }

 private:
  static lua::Value ValueOf(const std::optional<std::string>& text, lua::FieldKind kind) {
    using Kind = lua::FieldKind;
    if (!text) return std::monostate();
    if (kind == Kind::kInteger) return int64_t{std::stoll(*text)};
    if (kind == Kind::kTime) return Time(Duration(std::stoll(*text)));
    if (kind == Kind::kMoney) return *Money::Parse(*text);
    if (kind == Kind::kText) return std::string_view(*text);
    return lua::JsonText{*text};
  }
};

namespace rows {

template <size_t N>
const char* Pick(Random& random, const char* const (&pool)[N]) {
  return pool[random.Below(N)];
}

inline constexpr const char* kTexts[] = {"",      "Pune",    "pune", "São Paulo", "O'Hare",
                                         "a%b_c", "41",      "x",    "東京",      "y",
                                         "x.com", "\"q\"\\", "null", "ab"};
inline constexpr const char* kSpends[] = {"0",    "0.0001",    "-3",     "4999.9999",
                                          "5000", "5000.0001", "1234.5", "99999999999999.9999"};
inline constexpr const char* kCounts[] = {"0", "1", "3", "10", "9007199254740993", "-1"};
inline constexpr const char* kMembers[] = {
    "\"x\"", "\"41\"", "41",        "41.0", "true", "false",    "null",      "[]",
    "{}",    "\"\"",   "[\"x\",1]", "0.1",  "-7",   "\"東京\"", "{\"a\":1}", "\"São Paulo\""};
inline constexpr const char* kTags[] = {"[]", "[\"Pune\"]", "[\"x\",\"東京\"]", "[\"\"]"};

inline int64_t RandomMoment(Random& random) {
  Time now = *ParseTime("2026-03-29T01:30:00Z");
  Time base = random.Chance(0.5) ? now : std::chrono::floor<std::chrono::days>(now);
  Time time = base - std::chrono::days(random.Below(200));
  if (random.Chance(0.5)) time += Duration(static_cast<int64_t>(random.Below(3)) - 1);
  return time.time_since_epoch().count();
}

inline std::string Orders(Random& random) {
  std::string orders;
  for (uint64_t i = random.Below(4); i > 0; --i) {
    std::string items;
    for (uint64_t k = random.Below(3); k > 0; --k) {
      std::string sku = random.Chance(0.3) ? "null" : random.Chance(0.5) ? "\"x\"" : "\"\"";
      items += fmt::format(R"({}{{"name": "{}", "sku": {}}})", items.empty() ? "" : ",",
                           random.Chance(0.5) ? "Pune" : "x.com", sku);
    }
    orders +=
        fmt::format(R"({}{{"amount": "{}", "status": "{}", "date": {}, "items": [{}]}})",
                    orders.empty() ? "" : ",", Pick(random, kSpends),
                    random.Chance(0.5) ? "COMPLETED" : "REFUNDED", RandomMoment(random), items);
  }
  return "[" + orders + "]";
}

inline std::string Attributes(Random& random) {
  std::string members;
  for (const char* name : {R"("k")", R"("k\\\"'")", R"("東")"}) {
    if (random.Chance(0.2)) continue;
    members += (members.empty() ? "" : ",") + std::string(name) + ":" + Pick(random, kMembers);
  }
  return "{" + members + "}";
}

}  // namespace rows

inline ScratchRow MakeRow(Random& random) {
  using namespace rows;  // NOLINT: every pool of it is used here
  auto text = [&] { return std::optional<std::string>(Pick(random, kTexts)); };
  auto maybe = [&] { return random.Chance(0.3) ? std::nullopt : text(); };
  auto last =
      random.Chance(0.2) ? std::nullopt : std::optional(std::to_string(RandomMoment(random)));
  return {{"0190", maybe(), text(), maybe(), maybe(), text(), text(), Pick(random, kSpends),
           Pick(random, kCounts), Pick(random, kCounts), last, std::to_string(RandomMoment(random)),
           Attributes(random), Pick(random, kTags), Orders(random)}};
}

// The same ones at each call.
inline const std::vector<ScratchRow>& ScratchRows() {
  static const std::vector<ScratchRow> kRows = [] {
    Random random(7);
    std::vector<ScratchRow> rows;
    for (int i = 0; i < 150; ++i) rows.push_back(MakeRow(random));
    return rows;
  }();
  return kRows;
}

}  // namespace tidings::rule
