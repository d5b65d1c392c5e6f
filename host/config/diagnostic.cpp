#include "config/diagnostic.h"

#include <fmt/core.h>

#include "base/text.h"
#include "config/report.h"

namespace tidings::config {
namespace {

constexpr size_t kMostDiagnostics = 100;
constexpr size_t kLongestQuote = 60;
constexpr size_t kWidestLine = 100;

// The characters of `text`, each as its bytes: what is malformed becomes U+FFFD, and what would
// move the cursor becomes a space, so that the caret stays where it belongs.
std::vector<std::string> Characters(std::string_view text) {
  std::vector<std::string> characters;
  while (!text.empty()) {
    size_t length = Utf8Length(text);
    bool control = static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f;
    characters.emplace_back(length == 0 ? "\xEF\xBF\xBD" : control ? " " : text.substr(0, length));
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return characters;
}

std::string Concat(const std::vector<std::string>& characters, size_t from, size_t to) {
  std::string text;
  for (size_t i = from; i < to; ++i) text += characters[i];
  return text;
}

// Line `number`, from 1, without its end.
std::string_view LineOf(std::string_view source, int number) {
  for (; number > 1; --number) {
    size_t end = source.find('\n');
    if (end == source.npos) return "";
    source.remove_prefix(end + 1);
  }
  auto line = source.substr(0, source.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The line and, below it, the caret; of a long line the part around the caret.
std::string Excerpt(std::string_view source, Mark mark) {
  auto characters = Characters(LineOf(source, mark.line));
  size_t caret = std::min(static_cast<size_t>(std::max(mark.column - 1, 0)), characters.size());
  size_t from = caret > kWidestLine * 3 / 4 ? caret - kWidestLine / 2 : 0;
  size_t to = std::min(characters.size(), from + kWidestLine);
  std::string shown = (from > 0 ? "..." : "") + Concat(characters, from, to);
  if (to < characters.size()) shown += "...";
  size_t indent = caret - from + (from > 0 ? 3 : 0);
  auto bare = shown.find_last_not_of(' ');
  shown.resize(bare == shown.npos ? 0 : bare + 1);
  return fmt::format("{:>6} |{}{}\n       | {:>{}}\n", mark.line, shown.empty() ? "" : " ", shown,
                     "^", indent + 1);
}

}  // namespace

std::string Quoted(std::string_view text) {
  auto characters = Characters(text.substr(0, kLongestQuote * 4));
  bool cut = characters.size() > kLongestQuote;
  return "`" + Concat(characters, 0, cut ? kLongestQuote : characters.size()) +
         (cut ? "...`" : "`");
}

std::string OneOf(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    text += i == 0 ? "" : i + 1 == names.size() ? " or " : ", ";
    text += Quoted(names[i]);
  }
  return text;
}

std::string DidYouMeanOrOneOf(std::string_view name, const std::vector<std::string>& names) {
  auto near = DidYouMean(name, names);
  if (!near.empty() || names.empty()) return near;
  return "; expected " + OneOf(names);
}

void KeyFaults::Unknown(const std::string& key, Mark mark, const std::string& message,
                        const std::vector<std::string>& known) {
  if (auto near = NearestName(key, known)) meant_.push_back(*near);
  unknown_.push_back({mark, message + DidYouMeanOrOneOf(key, known)});
}

void KeyFaults::ReportTo(Report& report) {
  for (auto& [key, diagnostic] : missing_) {
    bool meant = std::find(meant_.begin(), meant_.end(), key) != meant_.end();
    if (!meant) report.Add(diagnostic.mark, std::move(diagnostic.message));
  }
  for (auto& [mark, message] : unknown_) report.Add(mark, std::move(message));
}

std::vector<Diagnostic> Report::Take() {
  auto before = [](const Diagnostic& a, const Diagnostic& b) { return a.mark < b.mark; };
  auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.mark == b.mark && a.message == b.message;
  };
  std::stable_sort(found_.begin(), found_.end(), before);
  found_.erase(std::unique(found_.begin(), found_.end(), same), found_.end());
  if (found_.size() > kMostDiagnostics) {
    size_t more = found_.size() - kMostDiagnostics;
    found_.resize(kMostDiagnostics);
    Mark last = found_.back().mark;
    found_.push_back({last, fmt::format("and {} more errors from here on", more)});
  }
  return std::move(found_);
}

std::string Render(std::string_view file, std::string_view source,
                   const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const auto& diagnostic : diagnostics) {
    auto [line, column] = diagnostic.mark;
    text += line == 0
                ? fmt::format("{}: error: {}\n", file, diagnostic.message)
                : fmt::format("{}:{}:{}: error: {}\n", file, line, column, diagnostic.message);
    if (line > 0) text += Excerpt(source, diagnostic.mark);
  }
  return text;
}

}  // namespace tidings::config
