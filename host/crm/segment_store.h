// Saved audiences: a name and a rule as its author wrote it.
#pragma once

#include <optional>
#include <string>

#include "base/id.h"
#include "base/json.h"
#include "base/result.h"
#include "crm/page.h"

namespace tidings::pg {
class Pool;
}

namespace tidings::crm {

struct Segment {
  Id id;
  std::string name;
  std::string language;  // "json" or "lua"
  std::string source;    // the authored text: the truth
};

// Thread-safe. The caller has compiled the rule before it is saved. As JSON a segment is {id, name,
// language, source, rule (the JSON tree of a json rule), created_at, updated_at}.
class SegmentStore {
 public:
  SegmentStore(pg::Pool& pool, IdSource& ids) : pool_(pool), ids_(ids) {}

  // kInvalidArgument for an empty or over-long name, or an unknown language.
  Result<Json> Create(const std::string& name, const std::string& language,
                      const std::string& source);
  // The segment that a script of the scripts folder is: its id follows from `path`, so the same
  // script is the same segment on every host. Writes only where something is new.
  Status PutScript(const std::string& path, const std::string& name, const std::string& source);
  Status RemoveScript(const std::string& path);  // nothing where there is none
  Result<Segment> Find(const Id& id);            // kNotFound, naming the id
  Result<Json> Get(const Id& id);
  Result<Page> List(const std::optional<std::string>& cursor, int limit);  // newest first

 private:
  pg::Pool& pool_;
  IdSource& ids_;
};

}  // namespace tidings::crm
