// The last step of ingest: rows into the stores.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"
#include "pipeline/rows.h"

namespace tidings::pg {
class Pool;
}

namespace tidings::pipeline {

// Thread-safe. Fills in what became of each row: customers first, then orders, each kind in one
// transaction. Rows that the store refuses are settled; the others have their id. Fails when the
// database does; the customers may have been committed then.
class Upserter {
 public:
  Upserter(pg::Pool& pool, IdSource& ids, const Clock& clock)
      : pool_(pool), ids_(ids), clock_(clock) {}

  // `entity` is that of rows that do not say it.
  Status Upsert(std::vector<IngestRow>& rows, const std::string& entity);

 private:
  pg::Pool& pool_;
  IdSource& ids_;
  const Clock& clock_;
};

}  // namespace tidings::pipeline
