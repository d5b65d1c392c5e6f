#include "crm/audience.h"

#include <chrono>

#include <fmt/core.h>

#include "crm/customer_json.h"
#include "pg/pool.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

constexpr int kSample = 10, kPageSize = 20'000;

pg::Params ParamsOf(const rule::Sql& sql) {
  pg::Params params;
  for (const auto& param : sql.params) params.Text(param);
  return params;
}

Json SampleOf(const pg::Rows& rows) {
  Json sample = Json::array();
  for (int i = 0; i < rows.size(); ++i) sample.push_back(CustomerJson(rows, i));
  return sample;
}

Result<Preview> BySql(pg::Connection& connection, const rule::Rule& rule, Time now) {
  auto sql = rule.ToSql(now);
  auto count = fmt::format("select count(*) from customers c where {}", sql.where);
  auto sample = fmt::format("select {} from customers c where {} limit {}", kCustomerColumns,
                            sql.where, kSample);
  Preview preview;
  TRY_ASSIGN(auto counted, connection.Execute(count, ParamsOf(sql)));
  TRY_ASSIGN(auto rows, connection.Execute(sample, ParamsOf(sql)));
  preview.count = counted.Int(0, 0);
  preview.sample = SampleOf(rows);
  return preview;
}

Result<Preview> ByMatching(pg::Connection& connection, const rule::Rule& rule, Time now) {
  static const std::string kByIds = fmt::format(
      "select {} from customers c where c.id = any ($1::uuid[]) order by c.id", kCustomerColumns);
  TRY_ASSIGN(auto matched, MatchAll(connection, rule, now));
  auto sampled = std::span(matched.ids).first(std::min<size_t>(kSample, matched.ids.size()));
  TRY_ASSIGN(auto rows, connection.Execute(kByIds, pg::Params().UuidArray(sampled)));
  Preview preview;
  preview.count = static_cast<int64_t>(matched.ids.size());
  preview.sample = SampleOf(rows);
  preview.errors = matched.errors;
  preview.first_error = matched.first_error;
  return preview;
}

}  // namespace

Result<Matched> MatchAll(pg::Connection& connection, const rule::Rule& rule, Time now) {
  TRY_ASSIGN(auto matcher, rule.NewMatcher(now));
  auto read = fmt::format("select {} from customers c where c.id > $1 order by c.id limit {}",
                          matcher->Columns(), kPageSize);
  Matched matched;
  Id last;
  for (int size = kPageSize; size == kPageSize;) {
    TRY_ASSIGN(auto rows, connection.Execute(read, pg::Params().Uuid(last)));
    size = rows.size();
    std::vector<std::optional<std::string_view>> columns(static_cast<size_t>(rows.columns()));
    for (int i = 0; i < size; ++i) {
      for (int c = 0; c < rows.columns(); ++c) columns[static_cast<size_t>(c)] = rows.OptText(i, c);
      if (matcher->Match(columns)) matched.ids.push_back(rows.Uuid(i, 0));
    }
    if (size > 0) last = rows.Uuid(size - 1, 0);
  }
  matched.errors = matcher->report().errors;
  matched.first_error = matcher->report().first_error;
  return matched;
}

Result<Preview> AudienceStore::PreviewOf(const rule::Rule& rule, Time now) {
  auto start = std::chrono::steady_clock::now();
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto preview, rule.IsSql() ? BySql(*lease, rule, now) : ByMatching(*lease, rule, now));
  std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  preview.milliseconds = took.count();
  return preview;
}

}  // namespace tidings::crm
