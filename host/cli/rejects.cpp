#include "cli/rejects.h"

#include <fstream>
#include <set>

#include <fmt/core.h>

#include "base/text.h"

namespace tidings::cli {
namespace {

constexpr size_t kFirstLines = 5;
constexpr const char* kKept = "kept: imported with its order";

// What to count a refused row under. A plugin's reason is its text up to the colon; what a store
// refuses differs from row to row, so it is counted by the member that was wrong.
std::string ReasonOf(const pipeline::RowReport& row, const std::string& record) {
  if (row.errors.empty()) return "dropped by a script";
  const auto& error = row.errors.front();
  if (record.empty() || error.pointer.empty()) {
    return std::string(Trim(error.message.substr(0, error.message.find(':'))));
  }
  return fmt::format("{} refused at {}", row.entity, error.pointer);
}

std::string ExampleOf(const pipeline::RowReport& row) {
  if (row.errors.empty()) return "";
  const auto& error = row.errors.front();
  auto value = error.value.empty() ? "" : fmt::format(" '{}'", error.value);
  return fmt::format("{}{}: {}", error.pointer, value, error.message);
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string FoldedHeader(std::string_view header) {
  std::string folded;
  for (char c : LowerAscii(header)) {
    if (c != ' ' && c != '_' && c != '-' && c != '\t') folded += c;
  }
  return folded;
}

// The rows of a file with the physical line at which each begins. A row ends at a line break
// outside quotes; one whose quotes never close within 100 lines ends with its first line.
class RowReader {
 public:
  explicit RowReader(const std::filesystem::path& file) : in_(file, std::ios::binary) {}

  bool Next(std::string& row, uint64_t& line) {
    if (!TakeLine(row)) return false;
    line = ++line_;
    auto position = in_.tellg();
    auto begun = line_;
    std::string whole = row, more;
    for (int extra = 0; OddQuotes(whole) && extra < 100 && TakeLine(more); ++extra) {
      whole += "\n" + more;
      ++line_;
    }
    if (!OddQuotes(whole)) {
      row = std::move(whole);
    } else {
      in_.clear();
      in_.seekg(position);
      line_ = begun;
    }
    if (!row.empty() && row.back() == '\r') row.pop_back();
    return true;
  }

 private:
  bool TakeLine(std::string& text) { return static_cast<bool>(std::getline(in_, text)); }
  static bool OddQuotes(const std::string& text) {
    return std::count(text.begin(), text.end(), '"') % 2 != 0;
  }

  std::ifstream in_;
  uint64_t line_ = 0;
};

char SeparatorOf(const std::string& option, const std::string& header) {
  if (option == "tab") return '\t';
  if (option.size() == 1) return option[0];
  char best = ',';
  for (char candidate : {',', ';', '\t', '|'}) {
    if (std::count(header.begin(), header.end(), candidate) >
        std::count(header.begin(), header.end(), best)) {
      best = candidate;
    }
  }
  return best;
}

// Cell number `index` of a row, without its quotes; "" where the row is shorter.
std::string CellAt(const std::string& row, char separator, size_t index) {
  std::string cell;
  bool quoted = false;
  for (char c : row) {
    if (c == '"')
      quoted = !quoted;
    else if (c == separator && !quoted) {
      if (index-- == 0) return cell;
      cell.clear();
    } else {
      cell += c;
    }
  }
  return index == 0 ? cell : "";
}

std::optional<size_t> ColumnOf(const std::string& header, char separator, const std::string& name) {
  auto columns = static_cast<size_t>(std::count(header.begin(), header.end(), separator)) + 1;
  for (size_t i = 0; !name.empty() && i < columns; ++i) {
    if (FoldedHeader(CellAt(header, separator, i)) == FoldedHeader(name)) return i;
  }
  return std::nullopt;
}

bool IsUtf16(std::string_view header) {
  return header.substr(0, 2) == "\xFF\xFE" || header.substr(0, 2) == "\xFE\xFF";
}

// Reads the source once per question; memory holds the names of orders, never the file.
class RejectsWriter {
 public:
  RejectsWriter(const RejectsSource& source, const RejectCounts& rejects)
      : source_(source), rejects_(rejects) {}

  Result<int64_t> WriteTo(const std::filesystem::path& target) {
    TRY(ReadHeader());
    CollectOrders();
    std::ofstream out(target, std::ios::binary | std::ios::trunc);
    out << header_ << separator_ << "reject_line" << separator_ << "reject_reason\n";
    int64_t written = 0;
    Each([&](const std::string& row, uint64_t line) {
      auto reason = Reason(row, line);
      if (reason.empty()) return;
      out << row << separator_ << line << separator_ << Quoted(reason) << '\n';
      ++written;
    });
    out.flush();
    if (!out) return Fail(Code::kUnavailable, "cannot write " + target.string());
    return written;
  }

 private:
  Status ReadHeader() {
    RowReader reader(source_.file);
    uint64_t line;
    reader.Next(header_, line);
    if (IsUtf16(header_)) {
      return Fail(Code::kInvalidArgument,
                  "a rejects file cannot be written for UTF-16; convert the file first: iconv -f "
                  "UTF-16 -t UTF-8");
    }
    if (header_.substr(0, 3) == "\xEF\xBB\xBF") header_.erase(0, 3);
    separator_ = SeparatorOf(source_.separator, header_);
    group_ = ColumnOf(header_, separator_, source_.group_by);
    return {};
  }

  void CollectOrders() {
    if (!group_) return;
    Each([&](const std::string& row, uint64_t line) {
      if (rejects_.lines().count(line)) orders_.insert(CellAt(row, separator_, *group_));
    });
    orders_.erase("");
  }

  std::string Reason(const std::string& row, uint64_t line) const {
    auto rejected = rejects_.lines().find(line);
    if (rejected != rejects_.lines().end()) return rejected->second;
    bool kept = group_ && orders_.count(CellAt(row, separator_, *group_));
    return kept ? kKept : "";
  }

  template <class Visit>
  void Each(Visit visit) {
    RowReader reader(source_.file);
    std::string row;
    uint64_t line;
    reader.Next(row, line);
    while (reader.Next(row, line)) visit(row, line);
  }

  const RejectsSource& source_;
  const RejectCounts& rejects_;
  std::string header_;
  char separator_ = ',';
  std::optional<size_t> group_;
  std::set<std::string> orders_;
};

}  // namespace

void RejectCounts::Add(const pipeline::RowReport& row, const std::string& record) {
  auto& reason = reasons_[ReasonOf(row, record)];
  if (reason.count++ == 0) reason.example = ExampleOf(row);
  if (reason.first_lines.size() < kFirstLines) reason.first_lines.push_back(row.line);
  auto message = row.errors.empty() ? "dropped by a script" : row.errors.front().message;
  lines_.emplace(row.line, message);
}

int64_t RejectCounts::total() const {
  int64_t total = 0;
  for (const auto& [name, reason] : reasons_) total += reason.count;
  return total;
}

std::string RejectCounts::Describe() const {
  std::vector<const std::pair<const std::string, Reason>*> rows;
  for (const auto& entry : reasons_) rows.push_back(&entry);
  std::stable_sort(rows.begin(), rows.end(),
                   [](auto* a, auto* b) { return a->second.count > b->second.count; });
  std::string text;
  for (const auto* row : rows) {
    std::vector<std::string> lines;
    for (auto line : row->second.first_lines) lines.push_back(WithThousands(int64_t(line)));
    text +=
        fmt::format("    {:<28} {:>9}   line {}{}\n", row->first, WithThousands(row->second.count),
                    Join(lines, ", "), row->second.count > int64_t(lines.size()) ? ", ..." : "");
  }
  return text;
}

OrderedJson RejectCounts::ToJson() const {
  OrderedJson json = OrderedJson::object();
  for (const auto& [name, reason] : reasons_) {
    json[name] = {
        {"count", reason.count}, {"first_lines", reason.first_lines}, {"example", reason.example}};
  }
  return json;
}

Result<int64_t> WriteRejects(const RejectsSource& source, const RejectCounts& rejects,
                             const std::filesystem::path& target) {
  if (rejects.lines().empty()) return 0;
  return RejectsWriter(source, rejects).WriteTo(target);
}

}  // namespace tidings::cli
