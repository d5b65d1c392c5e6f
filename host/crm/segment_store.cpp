#include "crm/segment_store.h"

#include <fmt/core.h>

#include "base/text.h"
#include "crm/campaign_json.h"
#include "crm/conditions.h"
#include "crm/contact.h"
#include "crm/derived_id.h"
#include "crm/sql.h"
#include "pg/pool.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

constexpr size_t kLongestName = 200, kLongestSource = size_t{256} << 10;
constexpr const char kColumns[] =
    "s.id, s.name, s.language, s.source, s.created_at, s.updated_at, s.script, s.retired_at";

Json SegmentJson(const pg::Rows& rows, int row) {
  return {{"id", rows.Text(row, 0)},
          {"name", rows.Text(row, 1)},
          {"language", rows.Text(row, 2)},
          {"source", rows.Text(row, 3)},
          {"rule", RuleJson(std::string(rows.Text(row, 2)), rows.Text(row, 3))},
          {"created_at", TimeOrNull(rows, row, 4)},
          {"updated_at", TimeOrNull(rows, row, 5)},
          {"script", rows.Text(row, 6).empty() ? Json(nullptr) : Json(rows.Text(row, 6))},
          {"retired_at", TimeOrNull(rows, row, 7)}};
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

Result<rule::Rule> RuleOf(const Segment& segment, const std::filesystem::path& lib,
                          const lua::Limits& limits) {
  if (segment.language == "lua") {
    return rule::Rule::FromLua(segment.name, segment.source, lib, limits);
  }
  return rule::Rule::FromJson(segment.source);
}

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

Id SegmentStore::IdOfScript(const std::string& script) { return DerivedId("script:" + script); }

constexpr const char kPut[] = R"(
  insert into segments as s (id, name, language, source, script)
  values ($1::uuid, $2, 'lua', $3, $4)
  on conflict (id) do update
     set name = excluded.name, source = excluded.source, script = excluded.script,
         retired_at = null, updated_at = now()
   where s.retired_at is not null or (s.name, s.source, s.script)
         is distinct from (excluded.name, excluded.source, excluded.script))";
Status SegmentStore::PutScript(const std::string& script, const std::string& name,
                               const std::string& source) {
  TRY_ASSIGN(auto line, Check(name, "lua", source));
  TRY_ASSIGN(auto lease, pool_.Acquire());
  auto params = pg::Params().Uuid(IdOfScript(script)).Text(line).Text(source).Text(script);
  TRY(lease->Execute(kPut, params));
  return {};
}

constexpr const char kScripts[] =
    "select id, name, script from segments where script is not null and retired_at is null"
    " order by script";
Result<std::vector<ScriptSegment>> SegmentStore::Scripts() {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(kScripts));
  std::vector<ScriptSegment> segments;
  for (int i = 0; i < rows.size(); ++i) {
    segments.push_back(
        {rows.Uuid(i, 0), std::string(rows.Text(i, 1)), std::string(rows.Text(i, 2))});
  }
  return segments;
}

constexpr const char kRetire[] =
    "update segments set retired_at = now() where id = $1 and retired_at is null";
Status SegmentStore::Retire(const Id& id) {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY(lease->Execute(kRetire, pg::Params().Uuid(id)));
  return {};
}

Result<Segment> SegmentStore::Find(const Id& id) {
  TRY_ASSIGN(auto json, Get(id));
  if (json["retired_at"].is_null()) {
    return Segment{id, json["name"], json["language"], json["source"]};
  }
  auto script = TextOf(json, "script");
  return Fail(Code::kConflict,
              fmt::format("the segment “{}” is retired, because its script{} is gone: put the file "
                          "back, or choose another segment",
                          TextOf(json, "name"), script.empty() ? "" : " " + script));
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
  where.Where("s.retired_at is null", [](pg::Params&) {});
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
