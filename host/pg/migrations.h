// Brings a database to the tables of this version.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "pg/connection.h"

namespace tidings::pg {

// Applies the files NNNN_name.sql of `sql_folder` that the database has not had yet, in order, each
// in a transaction of its own together with its line in the table `migrations` (version, name,
// sha256, applied_at). Returns how many were applied. Hosts that start together take turns (an
// advisory lock). Interrupted, it leaves whole migrations or none.
//
// Fails with kConflict, changing nothing, when a file that was applied has been changed or is
// missing, when the files leave a gap or number one twice, or when the database is newer than the
// files; with the migration's name and PostgreSQL's error (and line) when one does not run.
Result<int> Migrate(Connection& connection, const std::filesystem::path& sql_folder);

}  // namespace tidings::pg
