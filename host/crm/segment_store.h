// Saved audiences: a name and a rule as its author wrote it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/json.h"
#include "base/result.h"
#include "crm/page.h"
#include "lua/limits.h"

namespace tidings::pg {
class Pool;
}
namespace tidings::rule {
class Rule;
}

namespace tidings::crm {

struct Segment {
  Id id;
  std::string name;
  std::string language;  // "json" or "lua"
  std::string source;    // the authored text: the truth
};

// The rule of a segment, compiled; `lib` is where one in Lua may require from. Its errors name the
// segment: "Lapsed big spenders:5: ...".
Result<rule::Rule> RuleOf(const Segment& segment, const std::filesystem::path& lib,
                          const lua::Limits& limits);

// The segment that a script of the scripts folder is.
struct ScriptSegment {
  Id id;
  std::string name;
  std::string script;  // "segment/champions.lua"; "" where that is not known
};

// Thread-safe. The caller has compiled the rule before it is saved. As JSON a segment is {id, name,
// language, source, rule (the JSON tree of a json rule), script, created_at, updated_at,
// retired_at}.
//
// A segment whose script is gone is retired: it is kept for the campaigns that it was for, so Get
// still tells of it, but it is in no list, and nobody can use it before the script is back.
class SegmentStore {
 public:
  SegmentStore(pg::Pool& pool, IdSource& ids) : pool_(pool), ids_(ids) {}

  // kInvalidArgument for an empty or over-long name, or an unknown language.
  Result<Json> Create(const std::string& name, const std::string& language,
                      const std::string& source);
  // The id of a script's segment follows from the script's path, so that it is the same on every
  // host.
  static Id IdOfScript(const std::string& script);
  // Saves the segment of a script, one that was retired too. Writes only where something is new.
  Status PutScript(const std::string& script, const std::string& name, const std::string& source);
  Result<std::vector<ScriptSegment>> Scripts();  // that are not retired
  Status Retire(const Id& id);                   // nothing where there is none

  // For whoever is about to use it. kNotFound, naming the id; kConflict where it is retired.
  Result<Segment> Find(const Id& id);
  Result<Json> Get(const Id& id);  // kNotFound, naming the id
  // Newest first.
  Result<Page> List(const std::optional<std::string>& cursor, int limit);

 private:
  pg::Pool& pool_;
  IdSource& ids_;
};

}  // namespace tidings::crm
