#include "importer.h"

#include <algorithm>

namespace ingest_csv {
namespace {

constexpr size_t kLongestValue = 200;  // bytes of a cell shown in a refusal

std::string_view Trim(std::string_view text) {
  auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

// As much of `text` as a report should show, whole characters only.
std::string_view Clip(std::string_view text) {
  if (text.size() <= kLongestValue) return text;
  size_t end = kLongestValue;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

// For values that may be in any encoding.
std::string Showable(std::string_view raw) {
  if (IsUtf8(Clip(raw))) return std::string(Clip(raw));
  std::string text;
  AppendWindows1252(text, raw.substr(0, kLongestValue));
  return text;
}

bool StartsWith(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}
bool EndsWith(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && text.substr(text.size() - with.size()) == with;
}

bool TextFits(const RejectRule& rule, std::string_view cell) {
  if (rule.empty && *rule.empty != cell.empty()) return false;
  if (rule.starts_with && !StartsWith(cell, *rule.starts_with)) return false;
  if (rule.ends_with && !EndsWith(cell, *rule.ends_with)) return false;
  if (rule.contains && cell.find(*rule.contains) == std::string_view::npos) return false;
  if (rule.equals && cell != *rule.equals) return false;
  if (rule.not_equals && cell == *rule.not_equals) return false;
  if (!rule.one_of) return true;
  return std::find(rule.one_of->begin(), rule.one_of->end(), cell) != rule.one_of->end();
}

bool NumberFits(const RejectRule& rule, std::string_view cell, char point) {
  if (!rule.less_than && !rule.at_most && !rule.more_than && !rule.at_least) return true;
  auto number = ParseDecimal(cell, point);
  if (!number) return false;
  return (!rule.less_than || *number < *rule.less_than) &&
         (!rule.at_most || *number <= *rule.at_most) &&
         (!rule.more_than || *number > *rule.more_than) &&
         (!rule.at_least || *number >= *rule.at_least);
}

}  // namespace

Importer::Importer(Options options) : options_(std::move(options)) {}

void Importer::Begin(uint64_t line, const std::string& entity) {
  entity_ = options_.entity.empty() ? entity : options_.entity;
  if (entity_ != "customer" && entity_ != "order") {
    throw OptionsError{"/entity", "must say what a line is, customer or order; nobody else did"};
  }
  if (!options_.group_by.empty() && entity_ != "order") {
    throw OptionsError{"/group_by", "makes orders of lines; these are customers"};
  }
  decoder_.Begin(options_.encoding);
  reader_.Begin(std::max<uint64_t>(line, 1), options_.separator);
  orders_.Begin(options_.hold, options_.reject_duplicates);
  seen_ = customers_ = FingerprintSet();
  bound_ = false;
  failure_.reset();
}

void Importer::Feed(std::string_view bytes, bool last, Sink& sink) {
  if (failure_) throw *failure_;  // what follows a header that does not fit is no header
  try {
    Take(bytes, last, sink);
  } catch (const OptionsError& error) {
    failure_ = error;
    throw;
  }
}

void Importer::Take(std::string_view bytes, bool last, Sink& sink) {
  decoded_.clear();
  decoder_.Decode(bytes, last, decoded_);
  reader_.Feed(decoded_, last);
  Row row;
  for (Got got; (got = reader_.Next(&row)) != Got::kMore;) {
    if (!bound_) {
      if (got == Got::kBroken)
        throw OptionsError{"", "the header cannot be read: " + reader_.Why()};
      TakeHeader(row);
    } else if (got == Got::kBroken) {
      sink.Refuse(row.line, "", Showable(row.raw), "malformed: " + reader_.Why());
    } else {
      TakeRow(row, sink);
    }
  }
  if (!last) return;
  if (!bound_) throw OptionsError{"", "the file is empty; its first line must name the columns"};
  orders_.Flush([&](uint64_t line, std::string_view json) { sink.Record(line, "order", json); });
}

void Importer::TakeHeader(const Row& row) {
  recoded_.clear();
  Cells header;
  for (auto cell : row.cells) {
    cell = Trim(cell);
    if (!ToUtf8(cell)) throw OptionsError{"/encoding", "the header is not UTF-8"};
    header.push_back(cell);
  }
  while (header.size() > 1 && header.back().empty()) header.pop_back();
  MakePlan(options_, entity_, header, &plan_);
  bound_ = true;
}

void Importer::TakeRow(Row& row, Sink& sink) {
  Problem problem;
  bool fine = Normalise(row, &problem);
  if (fine && cells_.empty()) return;  // a line of separators only
  if (fine) {
    if (const BoundRule* against = RuleAgainst()) {
      auto column = static_cast<size_t>(against->column);
      sink.Refuse(row.line, plan_.header[column], Clip(cells_[column]), against->rule->reason);
      return;
    }
    fine = Convert(&problem);
  }
  if (fine) {
    Emit(row, sink);
  } else {
    sink.Refuse(row.line, problem.column, Clip(problem.value), problem.reason);
  }
}

// Fills cells_ with the trimmed UTF-8 text of each column; empty when the line is.
bool Importer::Normalise(Row& row, Problem* problem) {
  cells_.clear();
  recoded_.clear();
  fingerprint_ = Fingerprint();
  bool ascii = IsAscii(row.raw), blank = true;
  for (auto cell : row.cells) {
    if (!ascii && !ToUtf8(cell)) {
      *problem = {"", Showable(cell), "malformed: not UTF-8"};
      return false;
    }
    if (cells_.size() < plan_.own_columns) fingerprint_.Add(cell);
    cells_.push_back(Trim(cell));
    blank = blank && cells_.back().empty();
  }
  if (blank) cells_.clear();
  if (blank) return true;
  while (cells_.size() > plan_.header.size() && cells_.back().empty()) cells_.pop_back();
  if (cells_.size() != plan_.header.size()) {
    *problem = {"", Showable(row.raw),
                "malformed: " + std::to_string(cells_.size()) + " cells, where the header has " +
                    std::to_string(plan_.header.size())};
    return false;
  }
  if (row.raw.find('\0') == std::string_view::npos) return true;
  *problem = {"", "", "malformed: holds a NUL character; is the file UTF-16?"};
  return false;
}

// False where the cell is not UTF-8 and may not be anything else.
bool Importer::ToUtf8(std::string_view& cell) {
  if (IsAscii(cell) || IsUtf8(cell)) return true;
  if (options_.encoding == Encoding::kUtf8) return false;
  AppendWindows1252(recoded_.emplace_back(), cell);
  cell = recoded_.back();
  return true;
}

const BoundRule* Importer::RuleAgainst() const {
  for (auto& bound : plan_.rules) {
    std::string_view cell = cells_[static_cast<size_t>(bound.column)];
    if (TextFits(*bound.rule, cell) && NumberFits(*bound.rule, cell, options_.point)) {
      return &bound;
    }
  }
  return nullptr;
}

// Makes JSON members of the cells.
bool Importer::Convert(Problem* problem) {
  record_.clear();
  item_.clear();
  customer_.clear();
  if (plan_.group_column >= 0 && cells_[static_cast<size_t>(plan_.group_column)].empty()) {
    *problem = {options_.group_by, "", "malformed: nothing says which order the line belongs to"};
    return false;
  }
  return plan_.record.Append(cells_, options_, record_, problem) &&
         plan_.item.Append(cells_, options_, item_, problem) &&
         plan_.customer.Append(cells_, options_, customer_, problem);
}

void Importer::Emit(const Row& row, Sink& sink) {
  bool duplicated =
      plan_.group_column < 0 && options_.reject_duplicates && !seen_.Insert(fingerprint_);
  if (duplicated) {
    sink.Refuse(row.line, "", Showable(row.raw), "duplicated");
  } else if (plan_.entity == "order") {
    EmitOrder(row, sink);
  } else {
    json_.assign("{").append(record_).append("}");
    sink.Record(row.line, plan_.entity, json_);
  }
}

// One line of an order: an order of its own, or a part of one that is held.
void Importer::EmitOrder(const Row& row, Sink& sink) {
  OrderLine line = LineOf(row);
  bool alone = plan_.group_column < 0;
  Sum amount;
  Added added = alone ? Added::kYes : orders_.Judge(line);
  if (line.priced && alone && !amount.Add(line.quantity, line.unit_price)) added = Added::kTooLarge;
  if (added != Added::kYes) {
    RefuseLine(row, added, sink);
    return;
  }
  EmitCustomer(row.line, sink);
  auto emit = [&](uint64_t at, std::string_view json) { sink.Record(at, "order", json); };
  if (!alone) {
    orders_.Add(line, emit);
    return;
  }
  json_.clear();
  if (!item_.empty()) item_.insert(0, "{").append("}");
  AppendOrder(json_, record_, item_, line.priced, amount);
  emit(row.line, json_);
}

OrderLine Importer::LineOf(const Row& row) {
  OrderLine line;
  line.line = row.line;
  line.head = record_;
  line.item = item_;
  line.fingerprint = fingerprint_;
  if (plan_.group_column >= 0) line.group = cells_[static_cast<size_t>(plan_.group_column)];
  reference_.clear();
  for (auto& field : plan_.customer_reference) (reference_ += field.TextIn(cells_)) += '\0';
  line.reference = reference_;
  if (!plan_.quantity || !plan_.unit_price) return line;
  auto quantity = ParseDecimal(plan_.quantity->TextIn(cells_), options_.point);
  auto price = ParseDecimal(plan_.unit_price->TextIn(cells_), options_.point);
  line.priced = quantity && price;
  line.quantity = quantity.value_or(0);
  line.unit_price = price.value_or(0);
  return line;
}

// The customer of the row's order, where it is the first time that we see it.
void Importer::EmitCustomer(uint64_t line, Sink& sink) {
  if (!options_.customers) return;
  for (auto& field : plan_.customer_keys) {
    std::string_view key = field.TextIn(cells_);
    if (key.empty()) continue;
    Fingerprint fingerprint = FingerprintOf(field.path);
    fingerprint.Add(key);
    if (!customers_.Insert(fingerprint)) return;
    json_.assign("{").append(customer_).append("}");
    sink.Record(line, "customer", json_);
    return;
  }
}

void Importer::RefuseLine(const Row& row, Added why, Sink& sink) {
  auto key = cells_[static_cast<size_t>(std::max(plan_.group_column, 0))];
  std::string_view column = plan_.group_column < 0 ? "" : std::string_view(options_.group_by);
  switch (why) {
    case Added::kYes: return;
    case Added::kDuplicated: sink.Refuse(row.line, "", Showable(row.raw), "duplicated"); return;
    case Added::kLate:
      sink.Refuse(row.line, column, Clip(key),
                  "late: the other lines of its order stand too far above; sort the file by this "
                  "column, or raise hold_mib");
      return;
    case Added::kOtherCustomer:
      sink.Refuse(row.line, column, Clip(key),
                  "malformed: another customer than on the first line of the order");
      return;
    case Added::kTooLarge:
      sink.Refuse(row.line, column, Clip(key), "malformed: the amount has over 14 digits");
      return;
  }
}

}  // namespace ingest_csv
