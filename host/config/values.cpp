#include "config/values.h"

#include <charconv>
#include <cmath>

namespace tidings::config {
namespace {

constexpr int kMostWorkers = 256;
constexpr int64_t kLeastMemory = 1LL << 20;
constexpr int64_t kMostMemory = 1LL << 40;
constexpr double kLeastInstructions = 1e4;
constexpr double kMostInstructions = 1e12;
constexpr double kHighestRate = 1e6;
constexpr Duration kLongest = std::chrono::hours(24);
constexpr Duration kLongestWait = std::chrono::hours(24 * 365);

std::optional<int> ParseCount(std::string_view text) {
  int value = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = error == std::errc() && stop == text.data() + text.size();
  return whole && value >= 0 && text[0] != '-' ? std::optional(value) : std::nullopt;
}

// A number of the form 12 or 1.5, and what follows it.
std::optional<double> TakeNumber(std::string_view& text) {
  double value = 0;
  auto format = std::chars_format::fixed;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  text.remove_prefix(size_t(stop - text.data()));
  return value;
}

// "a..b" as its two ends; "a" twice where there are no dots.
std::pair<std::string_view, std::string_view> Ends(std::string_view text) {
  size_t dots = text.find("..");
  if (dots == text.npos) return {text, text};
  if (text.substr(dots).starts_with("...")) return {};  // 1...5 is a slip, not 1 to 0.5
  return {text.substr(0, dots), text.substr(dots + 2)};
}

}  // namespace

std::optional<Range> ParseWorkers(std::string_view text) {
  auto [first, second] = Ends(text);
  auto least = ParseCount(first), most = ParseCount(second);
  if (!least || !most || *most < 1 || *most > kMostWorkers || *least > *most) return std::nullopt;
  return Range{*least, *most};
}

std::optional<int64_t> ParseMemory(std::string_view text) {
  auto value = TakeNumber(text);
  int shift = text == "KiB" ? 10 : text == "MiB" ? 20 : text == "GiB" ? 30 : -1;
  if (!value || shift < 0) return std::nullopt;
  double bytes = *value * std::exp2(shift);
  if (bytes < double(kLeastMemory) || bytes > double(kMostMemory)) return std::nullopt;
  return std::llround(bytes);
}

std::optional<int64_t> ParseInstructions(std::string_view text) {
  auto value = TakeNumber(text);
  double factor = text.empty() ? 1 : text == "k" ? 1e3 : text == "M" ? 1e6 : text == "G" ? 1e9 : 0;
  if (!value || factor == 0) return std::nullopt;
  double instructions = *value * factor;
  bool fits = instructions >= kLeastInstructions && instructions <= kMostInstructions;
  return fits ? std::optional<int64_t>(std::llround(instructions)) : std::nullopt;
}

std::optional<double> ParseRate(std::string_view text) {
  auto value = TakeNumber(text);
  double seconds = text == "/s" ? 1 : text == "/m" ? 60 : text == "/h" ? 3600 : 0;
  if (!value || seconds == 0) return std::nullopt;
  double rate = *value / seconds;
  return rate > 0 && rate <= kHighestRate ? std::optional(rate) : std::nullopt;
}

std::optional<Duration> ParseTimeout(std::string_view text) {
  auto duration = ParseWait(text);
  return duration && *duration <= kLongest ? duration : std::nullopt;
}

std::optional<Duration> ParseWait(std::string_view text) {
  if (text.empty() || (text.back() >= '0' && text.back() <= '9')) return std::nullopt;  // no unit
  auto duration = ParseDuration(text);
  if (!duration || duration->count() <= 0 || *duration > kLongestWait) return std::nullopt;
  return *duration;
}

std::optional<Backoff> ParseBackoff(std::string_view text) {
  auto [first, second] = Ends(text);
  auto shortest = ParseTimeout(first), longest = ParseTimeout(second);
  if (!shortest || !longest || *shortest > *longest) return std::nullopt;
  return Backoff{*shortest, *longest};
}

}  // namespace tidings::config
