#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "rule/fields.h"
#include "rule/mutation.h"
#include "rule/sql_writer.h"

namespace tidings::rule {
namespace {

// Whether a test of a count or a sum surely fails for who has no such orders.
bool FailsForNone(const Comparison& comparison) {
  const auto& constants = comparison.constants;
  auto over = [](const Constant& constant) { return std::get<Decimal>(constant) > Decimal(); };
  switch (comparison.op) {
    case Op::kGreater: return over(constants[0]) || std::get<Decimal>(constants[0]) == Decimal();
    case Op::kEqual:
    case Op::kIn:
    case Op::kBetween:
    case Op::kGreaterEqual: return std::all_of(constants.begin(), constants.end(), over);
    default: return false;
  }
}

const char* FunctionOf(const Aggregate& aggregate) {
  switch (aggregate.function) {
    case Aggregate::Function::kCount: return "count";
    case Aggregate::Function::kSum: return "sum";
    case Aggregate::Function::kLeast: return "min";
    case Aggregate::Function::kMost: return "max";
  }
  return "";
}

}  // namespace

std::string SqlWriter::From() {
  std::string from = "customers c";
  for (size_t i = 0; i < tables_.size(); ++i) {
    bool grouped = plan_ == OrdersPlan::kGrouped;
    from += fmt::format(" left join {}({}) o{} on {}", grouped ? "" : "lateral ", Table(tables_[i]),
                        i + 1, grouped ? fmt::format("o{}.customer_id = c.id", i + 1) : "true");
  }
  return from;
}

std::string SqlWriter::Table(const OrdersTable& table) {
  bool grouped = plan_ == OrdersPlan::kGrouped;
  std::vector<std::string> columns;
  if (grouped) columns.push_back("o.customer_id");
  for (const Aggregate& aggregate : table.columns) {
    columns.push_back(fmt::format("{} as v{}", TableColumn(table, aggregate), columns.size()));
  }
  return fmt::format("select {} from orders o where {}{}{}", Join(columns, ", "),
                     grouped ? "true" : "o.customer_id = c.id", Print(table.where),
                     grouped ? " group by o.customer_id" : "");
}

std::string SqlWriter::TableColumn(const OrdersTable& table, const Aggregate& aggregate) {
  bool count = aggregate.function == Aggregate::Function::kCount;
  std::string call =
      fmt::format("{}({})", FunctionOf(aggregate), count ? "*" : Info(aggregate.of).sql);
  auto filter = table.FilterOf(aggregate);
  if (IsBroken(Mutation::kColumnUnfiltered)) filter.clear();
  return filter.empty() ? call : fmt::format("{} filter (where true{})", call, Print(filter));
}

std::string SqlWriter::ColumnOf(const Aggregate& aggregate) const {
  for (size_t i = 0; i < tables_.size(); ++i) {
    const auto& columns = tables_[i].columns;
    auto column = std::find(columns.begin(), columns.end(), aggregate);
    size_t first = plan_ == OrdersPlan::kGrouped ? 1 : 0;
    if (column == columns.end()) continue;
    return fmt::format("o{}.v{}", i + 1, first + static_cast<size_t>(column - columns.begin()));
  }
  return "null";
}

SqlWriter::Text SqlWriter::Value(const Aggregate& aggregate) {
  std::string column = ColumnOf(aggregate);
  if (IsBroken(Mutation::kNoOrdersAreNothing)) return {std::move(column), true};
  switch (aggregate.function) {
    case Aggregate::Function::kCount:
      if (plan_ == OrdersPlan::kEach) return {std::move(column), false};
      [[fallthrough]];
    case Aggregate::Function::kSum: return {"coalesce(" + column + ", 0)", false};
    default: return {std::move(column), true};
  }
}

// What fails for who has no orders may as well be NULL: it lets the planner leave these out early.
SqlWriter::Text SqlWriter::Subject(const Comparison& comparison) {
  if (IsCount(comparison) && FailsForNone(comparison)) {
    return {ColumnOf(std::get<Aggregate>(comparison.subject.part)), true};
  }
  return Value(comparison.subject);
}

std::string SqlWriter::SomeOrder(const Aggregate& aggregate) {
  if (plan_ == OrdersPlan::kEach) {
    return "exists (select from orders o where o.customer_id = c.id" + Print(aggregate.where) + ")";
  }
  for (size_t i = 0; i < tables_.size(); ++i) {
    const auto& columns = tables_[i].columns;
    if (std::find(columns.begin(), columns.end(), aggregate) == columns.end()) continue;
    if (tables_[i].FilterOf(aggregate).empty()) {
      return fmt::format("o{}.customer_id is not null", i + 1);
    }
  }
  return fmt::format("coalesce({}, 0) > 0", ColumnOf(aggregate));
}

}  // namespace tidings::rule
