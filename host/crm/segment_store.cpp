#include "crm/segment_store.h"

#include <fmt/core.h>

#include "base/text.h"
#include "crm/sql.h"
#include "pg/pool.h"

namespace tidings::crm {
namespace {

constexpr size_t kLongestName = 200;

Json SegmentJson(const pg::Rows& rows, int row) {
  bool is_json = rows.Text(row, 2) == "json";
  auto tree = is_json ? ParseJson(rows.Text(row, 3)) : Result<Json>(Json());
  return {{"id", rows.Text(row, 0)},
          {"name", rows.Text(row, 1)},
          {"language", rows.Text(row, 2)},
          {"source", rows.Text(row, 3)},
          {"rule", tree ? *tree : Json()},
          {"created_at", TimeOrNull(rows, row, 4)},
          {"updated_at", TimeOrNull(rows, row, 5)}};
}

Status CheckSegment(const std::string& name, const std::string& language) {
  if (Trim(name).empty() || name.size() > kLongestName || !IsUtf8(name)) {
    return Fail(Code::kInvalidArgument,
                fmt::format("/name: a segment's name has 1 to {} bytes of UTF-8", kLongestName));
  }
  if (language == "json" || language == "lua") return {};
  return Fail(Code::kInvalidArgument,
              fmt::format("/language: '{}' is neither json nor lua", language));
}

}  // namespace

constexpr const char kCreate[] = R"(
  insert into segments (id, name, language, source) values ($1::uuid, $2, $3, $4)
  returning id, name, language, source, created_at, updated_at)";
Result<Json> SegmentStore::Create(const std::string& name, const std::string& language,
                                  const std::string& source) {
  TRY(CheckSegment(name, language));
  TRY_ASSIGN(auto lease, pool_.Acquire());
  auto params = pg::Params().Uuid(ids_.Next()).Text(name).Text(language).Text(source);
  TRY_ASSIGN(auto rows, lease->Execute(kCreate, params));
  return SegmentJson(rows, 0);
}

constexpr const char kFind[] = R"(
  select id, name, language, source, created_at, updated_at from segments where id = $1::uuid)";
Result<Json> SegmentStore::Get(const Id& id) {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(kFind, pg::Params().Uuid(id)));
  if (rows.empty()) return Fail(Code::kNotFound, "no segment has the id " + id.ToString());
  return SegmentJson(rows, 0);
}

Result<Segment> SegmentStore::Find(const Id& id) {
  TRY_ASSIGN(Json json, Get(id));
  return Segment{id, TextOf(json, "name"), TextOf(json, "language"), TextOf(json, "source")};
}

constexpr const char kList[] = R"(
  select id, name, language, source, created_at, updated_at from segments
  where $1::uuid is null or id < $1::uuid order by id desc limit $2::int)";
Result<Page> SegmentStore::List(const std::optional<std::string>& cursor, int limit) {
  TRY_ASSIGN(limit, CheckedLimit(limit));
  std::optional<Id> before;
  if (cursor) {
    TRY_ASSIGN(before, IdOfCursor(*cursor));
  }
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(kList, pg::Params().OptUuid(before).Int(limit + 1)));
  Page page;
  for (int row = 0; row < std::min(rows.size(), limit); ++row) {
    page.items.push_back(SegmentJson(rows, row));
  }
  if (rows.size() > limit) page.next = CursorOf(rows.Uuid(limit - 1, 0));
  return page;
}

}  // namespace tidings::crm
