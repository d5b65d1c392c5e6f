#include "crm/segment_store.h"

#include <fmt/core.h>

#include "base/text.h"
#include "crm/campaign_json.h"
#include "crm/conditions.h"
#include "crm/contact.h"
#include "crm/derived_id.h"
#include "crm/sql.h"
#include "pg/pool.h"

namespace tidings::crm {
namespace {

constexpr size_t kLongestName = 200, kLongestSource = size_t{256} << 10;
constexpr const char kColumns[] = "s.id, s.name, s.language, s.source, s.created_at, s.updated_at";

Json SegmentJson(const pg::Rows& rows, int row) {
  return {{"id", rows.Text(row, 0)},
          {"name", rows.Text(row, 1)},
          {"language", rows.Text(row, 2)},
          {"source", rows.Text(row, 3)},
          {"rule", RuleJson(std::string(rows.Text(row, 2)), rows.Text(row, 3))},
          {"created_at", TimeOrNull(rows, row, 4)},
          {"updated_at", TimeOrNull(rows, row, 5)}};
}

tl::unexpected<Error> Bad(const std::string& message) {
  return Fail(Code::kInvalidArgument, message);
}

// The name as it is kept.
Result<std::string> Check(const std::string& name, const std::string& language,
                          const std::string& source) {
  auto line = CleanLine(name, kLongestName);
  if (!line) return Bad("/name: " + line.error());
  if (line->empty()) return Bad("/name: a segment needs a name; add one");
  if (language != "json" && language != "lua") {
    return Bad(fmt::format("/language '{}': a rule is json or lua", language.substr(0, 60)));
  }
  if (source.size() > kLongestSource) return Bad("/source: the rule is longer than 256 KiB");
  return *line;
}

}  // namespace

constexpr const char kInsert[] =
    "insert into segments (id, name, language, source) values ($1, $2, $3, $4)";
Result<Json> SegmentStore::Create(const std::string& name, const std::string& language,
                                  const std::string& source) {
  TRY_ASSIGN(auto kept, Check(name, language, source));
  Id id = ids_.Next();
  {
    TRY_ASSIGN(auto lease, pool_.Acquire());
    TRY(lease->Execute(kInsert, pg::Params().Uuid(id).Text(kept).Text(language).Text(source)));
  }
  return Get(id);
}

constexpr const char kPut[] = R"(
  insert into segments as s (id, name, language, source) values ($1::uuid, $2, 'lua', $3)
  on conflict (id) do update set name = excluded.name, source = excluded.source, updated_at = now()
  where (s.name, s.source) is distinct from (excluded.name, excluded.source))";
Status SegmentStore::PutScript(const std::string& path, const std::string& name,
                               const std::string& source) {
  TRY_ASSIGN(auto line, Check(name, "lua", source));
  TRY_ASSIGN(auto lease, pool_.Acquire());
  auto params = pg::Params().Uuid(DerivedId("script:" + path)).Text(line).Text(source);
  TRY(lease->Execute(kPut, params));
  return {};
}

constexpr const char kRemove[] = "delete from segments where id = $1";
Status SegmentStore::RemoveScript(const std::string& path) {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY(lease->Execute(kRemove, pg::Params().Uuid(DerivedId("script:" + path))));
  return {};
}

Result<Segment> SegmentStore::Find(const Id& id) {
  TRY_ASSIGN(auto json, Get(id));
  return Segment{id, json["name"], json["language"], json["source"]};
}

Result<Json> SegmentStore::Get(const Id& id) {
  static const std::string kGet =
      fmt::format("select {} from segments s where s.id = $1", kColumns);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(kGet, pg::Params().Uuid(id)));
  if (rows.empty()) return Fail(Code::kNotFound, "no segment has the id " + id.ToString());
  return SegmentJson(rows, 0);
}

Result<Page> SegmentStore::List(const std::optional<std::string>& cursor, int wanted) {
  TRY_ASSIGN(int limit, CheckedLimit(wanted));
  Conditions where;
  if (cursor) {
    TRY_ASSIGN(Id last, IdOfCursor(*cursor));
    where.Where("s.id < ?", [&](pg::Params& params) { params.Uuid(last); });
  }
  auto sql = fmt::format("select {} from segments s{} order by s.id desc limit {}", kColumns,
                         where.sql(), limit + 1);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(sql, where.params()));
  Page page;
  for (int i = 0; i < std::min(rows.size(), limit); ++i) page.items.push_back(SegmentJson(rows, i));
  if (rows.size() > limit) page.next = CursorOf(rows.Uuid(limit - 1, 0));
  return page;
}

}  // namespace tidings::crm
