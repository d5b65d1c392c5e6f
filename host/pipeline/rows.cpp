#include "pipeline/rows.h"

#include <algorithm>

namespace tidings::pipeline {
namespace {

// One result of a stage, wherever it stood in the outcome.
struct Found {
  uint64_t item = 0, order = 0;
  Record* record = nullptr;
  Refusal* refusal = nullptr;
};

std::vector<Found> InOrder(Outcome& outcome) {
  std::vector<Found> found;
  found.reserve(outcome.records.size() + outcome.refusals.size());
  for (auto& r : outcome.records) found.push_back({r.item, r.order, &r, nullptr});
  for (auto& r : outcome.refusals) found.push_back({r.item, r.order, nullptr, &r});
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return std::pair(a.item, a.order) < std::pair(b.item, b.order);
  });
  return found;
}

// `from` is what the result was made of.
IngestRow RowOf(const Found& found, const IngestRow& from) {
  IngestRow row;
  row.report.payload = from.report.payload;
  if (found.record) {
    row.report.line = found.record->line ? found.record->line : from.report.line;
    row.report.entity = found.record->entity.empty() ? from.report.entity : found.record->entity;
    row.record = std::move(found.record->json);
    return row;
  }
  row.settled = true;
  row.report.change = RowChange::kRefused;
  row.report.line = found.refusal->line ? found.refusal->line : from.report.line;
  row.report.entity = from.report.entity;
  row.report.errors = {{std::move(found.refusal->field), std::move(found.refusal->value),
                        std::move(found.refusal->reason)}};
  row.record = from.record;
  return row;
}

IngestRow Settled(IngestRow row, const Verdict& verdict) {
  row.settled = true;
  bool dropped = verdict.code == VerdictCode::kDrop || verdict.code == VerdictCode::kAccept;
  row.report.change = dropped ? RowChange::kDropped : RowChange::kRefused;
  row.report.errors = {{"", "", verdict.reason.empty() ? "nothing came of it" : verdict.reason}};
  return row;
}

// The results of item `i`, which begin at found[next]; advances next.
void TakeItem(std::vector<Found>& found, size_t& next, size_t i, const IngestRow& from,
              std::vector<IngestRow>& rows) {
  for (; next < found.size() && found[next].item == i; ++next) {
    rows.push_back(RowOf(found[next], from));
  }
}

}  // namespace

Result<std::vector<IngestRow>> RowsOf(const std::vector<Payload>& payloads, uint64_t first,
                                      Outcome outcome) {
  auto found = InOrder(outcome);
  std::vector<IngestRow> rows;
  rows.reserve(found.size());
  size_t next = 0;
  for (size_t i = 0; i < payloads.size(); ++i) {
    const Verdict& verdict = outcome.verdicts[i];
    if (verdict.code == VerdictCode::kRetry) return Fail(Code::kUnavailable, verdict.reason);
    IngestRow from;
    from.report.payload = first + i;
    from.report.line = payloads[i].line;
    from.report.entity = payloads[i].entity;
    TakeItem(found, next, i, from, rows);
    if (verdict.code != VerdictCode::kAccept) rows.push_back(Settled(std::move(from), verdict));
  }
  return rows;
}

std::vector<Payload> PayloadsOf(const std::vector<IngestRow>& rows, const std::string& source) {
  std::vector<Payload> payloads;
  payloads.reserve(rows.size());
  for (const auto& row : rows) {
    if (row.settled) continue;
    payloads.push_back(
        {row.record, "application/json", row.report.entity, source, row.report.line});
  }
  return payloads;
}

std::vector<IngestRow> Apply(std::vector<IngestRow> rows, Outcome outcome) {
  auto found = InOrder(outcome);
  std::vector<IngestRow> out;
  out.reserve(rows.size());
  size_t next = 0, item = 0;
  for (auto& row : rows) {
    if (row.settled) {
      out.push_back(std::move(row));
      continue;
    }
    size_t before = out.size();
    TakeItem(found, next, item, row, out);
    if (out.size() == before) out.push_back(Settled(std::move(row), outcome.verdicts[item]));
    ++item;
  }
  return out;
}

Outcome RefuseAll(size_t items, const Error& error) {
  Outcome outcome;
  outcome.verdicts.assign(items, {VerdictCode::kReject, {}, error.message, ""});
  return outcome;
}

}  // namespace tidings::pipeline
