#include "pipeline/upsert.h"

#include <fmt/core.h>

#include "base/text.h"
#include "crm/customer_store.h"
#include "crm/order_store.h"

namespace tidings::pipeline {
namespace {

RowChange ToReport(crm::Change change) {
  switch (change) {
    case crm::Change::kCreated: return RowChange::kCreated;
    case crm::Change::kUpdated: return RowChange::kUpdated;
    case crm::Change::kUnchanged: return RowChange::kUnchanged;
    case crm::Change::kRefused: return RowChange::kRefused;
  }
  return RowChange::kRefused;
}

void Refuse(IngestRow& row, std::vector<RowError> errors) {
  row.settled = true;
  row.report.change = RowChange::kRefused;
  row.report.errors = std::move(errors);
}

// Parses the rows of one entity, upserts them, and writes the outcomes back.
template <class RecordType, class Parse, class Store>
Status UpsertEntity(std::vector<IngestRow>& rows, std::string_view entity, Parse parse,
                    Store&& store) {
  std::vector<RecordType> records;
  std::vector<IngestRow*> sources;
  for (auto& row : rows) {
    if (row.settled || row.report.entity != entity) continue;
    auto record = parse(row.record);
    if (!record) {
      Refuse(row, std::move(record.error()));
      continue;
    }
    records.push_back(std::move(*record));
    sources.push_back(&row);
  }
  if (records.empty()) return {};
  TRY_ASSIGN(auto outcomes, store.Upsert(records));
  for (size_t i = 0; i < outcomes.size(); ++i) {
    RowReport& report = sources[i]->report;
    report.change = ToReport(outcomes[i].change);
    report.id = outcomes[i].id;
    report.errors = std::move(outcomes[i].errors);
    sources[i]->settled = report.change == RowChange::kRefused;
  }
  return {};
}

}  // namespace

Status Upserter::Upsert(std::vector<IngestRow>& rows, const std::string& entity) {
  for (auto& row : rows) {
    auto& own = row.report.entity;
    if (own.empty()) own = entity;
    if (row.settled || own == "customer" || own == "order") continue;
    Refuse(
        row,
        {{"", own,
          fmt::format("there is no entity `{}`{}", own, DidYouMean(own, {"customer", "order"}))}});
  }
  TRY(UpsertEntity<crm::CustomerRecord>(
      rows, "customer", [](const auto& json) { return crm::ParseCustomer(json); },
      crm::CustomerStore(pool_, ids_)));
  TRY(UpsertEntity<crm::OrderRecord>(
      rows, "order", [](const auto& json) { return crm::ParseOrder(json); },
      crm::OrderStore(pool_, ids_, clock_)));
  return {};
}

}  // namespace tidings::pipeline
