#include "config/parse.h"

#include <istream>
#include <streambuf>

#include <fmt/core.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text.h"
#include "config/tree_builder.h"

namespace tidings::config {
namespace {

constexpr size_t kLargestFile = 1 << 20;

// A stream over bytes that somebody else owns.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string& text) {
    setg(text.data(), text.data(), text.data() + text.size());
  }
};

// The library's marks count bytes from 0; ours count characters from 1.
class Marks {
 public:
  explicit Marks(std::string_view source) : source_(source), lines_(Split(source, '\n')) {}

  // The text from there on.
  std::string_view From(const YAML::Mark& mark) const {
    auto line = static_cast<size_t>(std::max(mark.line, 0));
    if (line >= lines_.size()) return "";
    auto at = size_t(lines_[line].data() - source_.data()) + size_t(std::max(mark.column, 0));
    return source_.substr(std::min(at, source_.size()));
  }

  // Goes on from the place before where it can: they come in order, and a line may be long.
  Mark Of(const YAML::Mark& mark) {
    if (mark.is_null()) return {1, 1};
    auto line = static_cast<size_t>(std::max(mark.line, 0));
    auto text = line < lines_.size() ? lines_[line] : std::string_view();
    auto bytes = std::min(static_cast<size_t>(std::max(mark.column, 0)), text.size());
    if (line != line_ || bytes < bytes_) characters_ = bytes_ = 0;
    line_ = line;
    auto starts = [](char c) { return (c & 0xc0) != 0x80; };
    auto fresh = text.substr(bytes_, bytes - bytes_);
    characters_ += std::count_if(fresh.begin(), fresh.end(), starts);
    bytes_ = bytes;
    return {int(line) + 1, int(characters_) + 1};
  }

 private:
  std::string_view source_;
  std::vector<std::string_view> lines_;
  size_t line_ = 0;  // the place before: its line, and how much of it stands before the place
  size_t bytes_ = 0;
  int64_t characters_ = 0;
};

// A scalar that opens a quote and never closes it: the library takes the rest of the file for it.
bool IsUnclosed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  while (text.starts_with('&') || text.starts_with('!')) {  // its anchor and its tag
    text.remove_prefix(std::min(text.find_first_of(kBlank), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  }
  if (!text.starts_with('"') && !text.starts_with('\'')) return false;
  char quote = text[0];
  size_t at = 1;
  while (at < text.size() && text[at] != quote) at += quote == '"' && text[at] == '\\' ? 2 : 1;
  return at >= text.size();
}

// Passes the library's events on to the builder.
class Events : public YAML::EventHandler {
 public:
  Events(Marks& marks, TreeBuilder& builder) : marks_(marks), builder_(builder) {}

  void OnDocumentStart(const YAML::Mark& mark) override { builder_.Document(marks_.Of(mark)); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.Null(marks_.Of(mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.Alias(marks_.Of(mark), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (IsUnclosed(marks_.From(mark)))
      builder_.Abandon(marks_.Of(mark), "a quote opens here and is never closed");
    builder_.Scalar(marks_.Of(mark), tag, anchor, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    builder_.Begin(Node::Kind::kList, marks_.Of(mark), tag, anchor);
  }
  void OnSequenceEnd() override { builder_.End(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    builder_.Begin(Node::Kind::kMap, marks_.Of(mark), tag, anchor);
  }
  void OnMapEnd() override { builder_.End(); }

 private:
  Marks& marks_;
  TreeBuilder& builder_;
};

// The library's messages are terse: what they mean for the one who has to mend the file.
std::string Explained(const std::string& message) {
  static constexpr std::pair<const char*, const char*> kMeanings[] = {
      {"end of map not found",
       "this line does not belong to the mapping above; check its indentation"},
      {"end of sequence not found",
       "this line does not belong to the list above; check its indentation"},
      {"end of map flow not found", "a `{` is not closed; add `}`, and `,` between entries"},
      {"end of sequence flow not found", "a `[` is not closed; add `]`, and `,` between items"},
      {"illegal map value", "a `:` may not stand here; check the indentation, or quote the text"},
      {"illegal map key", "a key may not stand here; check the indentation"},
      {"illegal block entry", "a list item may not start here; put `-` on a line of its own"},
      {"illegal flow end", "a `}` or `]` closes nothing"},
      {"illegal EOF in scalar", "a quote is not closed before the end of the file"},
      {"unknown token", "this character cannot start a value; quote the text"},
      {"unknown escape character", "unknown escape after `\\`; use '...' for text as it stands"},
  };
  for (auto [start, meaning] : kMeanings) {
    if (message.starts_with(start)) return fmt::format("{} ({})", meaning, message);
  }
  return message;
}

void ParseInto(std::string& source, Marks& marks, TreeBuilder& builder) {
  ViewBuffer buffer(source);
  std::istream stream(&buffer);
  YAML::Parser parser(stream);
  Events events(marks, builder);
  while (parser.HandleNextDocument(events)) {
  }
}

// The place of byte `at`.
Mark PlaceOf(std::string_view source, size_t at) {
  auto before = source.substr(0, at);
  auto lines = std::count(before.begin(), before.end(), '\n');
  auto line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
  auto starts = [](char c) { return (c & 0xc0) != 0x80; };
  return {int(lines) + 1, int(std::count_if(line.begin(), line.end(), starts)) + 1};
}

// The first byte that is not part of well-formed UTF-8.
size_t FirstMalformed(std::string_view source) {
  size_t at = 0;
  while (at < source.size()) {
    size_t length = Utf8Length(source.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

bool IsControl(char c) {
  auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

void ReportTabs(std::string_view source, Report& report) {
  int number = 0;
  for (auto line : Split(source, '\n')) {
    ++number;
    size_t start = line.find_first_not_of(" \t\r");
    size_t tab = line.find('\t');
    if (start == line.npos || line[start] == '#' || tab > start) continue;
    report.Add({number, int(tab) + 1}, "a tab cannot indent; use spaces");
  }
}

// What can be said of the bytes alone. False where it is no use to go on.
bool CheckText(std::string_view source, Report& report) {
  if (source.size() > kLargestFile) {
    report.Add({}, fmt::format("the file has {} bytes; at most {} are read",
                               WithThousands(int64_t(source.size())), WithThousands(kLargestFile)));
    return false;
  }
  if (!IsUtf8(source)) {
    report.Add(PlaceOf(source, FirstMalformed(source)),
               "this is not UTF-8; save the file as UTF-8");
    return false;
  }
  auto control = std::find_if(source.begin(), source.end(), IsControl);
  if (control != source.end()) {
    report.Add(PlaceOf(source, size_t(control - source.begin())),
               fmt::format("a control character (0x{:02x}) cannot stand in YAML", *control));
    return false;
  }
  ReportTabs(source, report);
  return true;
}

}  // namespace

std::optional<Node> Parse(std::string& source, const Catalog& catalog, Report& report) {
  if (source.starts_with("\xEF\xBB\xBF")) source.erase(0, 3);
  if (!CheckText(source, report)) return std::nullopt;
  Marks marks(source);
  TreeBuilder builder(catalog, report);
  try {
    ParseInto(source, marks, builder);
  } catch (const TreeBuilder::Abandoned&) {
    return std::nullopt;  // the builder has said why
  } catch (const YAML::DeepRecursion& error) {
    report.Add(marks.Of(error.mark), "this is nested too deeply");
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    report.Add(marks.Of(error.mark), "this is not valid YAML: " + Explained(error.msg));
    return std::nullopt;
  } catch (const std::exception& error) {
    report.Add({1, 1}, fmt::format("this is not valid YAML: {}", error.what()));
    return std::nullopt;
  }
  return builder.TakeRoot();
}

}  // namespace tidings::config
