#include "pg/migrations.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/file.h"
#include "base/log.h"
#include "pg/transaction.h"

namespace tidings::pg {
namespace {

namespace fs = std::filesystem;

struct Migration {
  int version = 0;
  std::string name;  // "0001_core"
  std::string sql;
  std::string sha256;
};

struct Applied {
  int version = 0;
  std::string name, sha256;
};

// "0001_core.sql" is 1; 0 where the name has no such form.
int VersionOf(const std::string& file) {
  int version = 0;
  auto [end, error] = std::from_chars(file.data(), file.data() + file.size(), version);
  return error == std::errc() && end == file.data() + 4 && *end == '_' ? version : 0;
}

constexpr const char kSha256[] = "select encode(sha256(convert_to($1, 'UTF8')), 'hex')";
Result<std::string> Sha256(Connection& connection, const std::string& text) {
  TRY_ASSIGN(auto rows, connection.Execute(kSha256, Params().Text(text)));
  return std::string(rows.Text(0, 0));
}

Result<std::vector<fs::path>> SqlFiles(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".sql") files.push_back(entry.path());
  }
  if (error) {
    return Fail(Code::kNotFound, fmt::format("cannot read the migrations in {}: {}",
                                             folder.string(), error.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The files must be numbered 0001, 0002, ... without a gap.
Result<std::vector<Migration>> ReadMigrations(Connection& connection, const fs::path& folder) {
  TRY_ASSIGN(auto files, SqlFiles(folder));
  std::vector<Migration> migrations;
  for (const auto& file : files) {
    int expected = static_cast<int>(migrations.size()) + 1;
    Migration migration{VersionOf(file.filename()), file.stem(), "", ""};
    if (migration.version != expected) {
      return Fail(Code::kConflict,
                  fmt::format("{} is not migration {:04}, which is due there; number the files "
                              "0001_name.sql, 0002_name.sql and so on, each number once",
                              file.string(), expected));
    }
    TRY_ASSIGN(migration.sql, ReadFile(file));
    TRY_ASSIGN(migration.sha256, Sha256(connection, migration.sql));
    migrations.push_back(std::move(migration));
  }
  if (!migrations.empty()) return migrations;
  return Fail(Code::kNotFound, fmt::format("there is no migration in {}", folder.string()));
}

// Local to the database that hosts connect to; not distributed.
constexpr const char kMakeTable[] = R"(
  create table if not exists migrations (
    version    int primary key,
    name       text not null,
    sha256     text not null,
    applied_at timestamptz not null default now()
  ))";
constexpr const char kReadTable[] = "select version, name, sha256 from migrations order by version";
Result<std::vector<Applied>> ReadApplied(Connection& connection) {
  TRY(connection.Script(kMakeTable));
  TRY_ASSIGN(auto rows, connection.Execute(kReadTable));
  std::vector<Applied> applied;
  for (int i = 0; i < rows.size(); ++i) {
    applied.push_back({static_cast<int>(rows.Int(i, 0)), std::string(rows.Text(i, 1)),
                       std::string(rows.Text(i, 2))});
  }
  return applied;
}

// What the database has had must be the beginning of what the files say.
Status Compare(const std::vector<Applied>& applied, const std::vector<Migration>& migrations) {
  for (size_t i = 0; i < applied.size(); ++i) {
    const auto& had = applied[i];
    if (had.version > static_cast<int>(migrations.size())) {
      return Fail(Code::kConflict,
                  fmt::format("the database is newer than this Tidings: it has had migration {}, "
                              "which is not among the files; use the Tidings that made it, or a "
                              "newer one",
                              had.name));
    }
    if (had.version != static_cast<int>(i) + 1) {
      return Fail(Code::kConflict,
                  fmt::format("the table migrations has no line for {}, but one for {}; somebody "
                              "changed it by hand, so put the line back",
                              migrations[i].name, had.name));
    }
    if (had.name != migrations[i].name || had.sha256 != migrations[i].sha256) {
      return Fail(Code::kConflict,
                  fmt::format("migration {} was applied to this database and has been changed "
                              "since (now {}); put the file back as it was and make the change in "
                              "a new migration, {:04}_<name>.sql",
                              had.name, migrations[i].name, migrations.size() + 1));
    }
  }
  return {};
}

constexpr const char kTransactionId[] = "select pg_current_xact_id()::text";
Result<std::string> TransactionId(Transaction& transaction) {
  TRY_ASSIGN(auto rows, transaction.Execute(kTransactionId));
  return std::string(rows.Text(0, 0));
}

constexpr const char kNote[] = "insert into migrations (version, name, sha256) values ($1, $2, $3)";
Status ApplyIn(Transaction& transaction, const Migration& migration) {
  TRY_ASSIGN(auto before, TransactionId(transaction));
  TRY(transaction.connection().Script(migration.sql));
  auto after = TransactionId(transaction);
  if (!transaction.connection().InTransaction() || !after || *after != before) {
    return Fail(Code::kInvalidArgument, "it must not contain COMMIT or ROLLBACK");
  }
  TRY(transaction.Execute(
      kNote, Params().Int(migration.version).Text(migration.name).Text(migration.sha256)));
  return {};
}

Status Apply(Connection& connection, const Migration& migration) {
  log::Info("pg", "applying migration {}", migration.name);
  TRY_ASSIGN(auto transaction, Transaction::Begin(connection));
  auto applied = ApplyIn(transaction, migration);
  if (applied) applied = transaction.Commit();
  if (!applied) return Fail(applied.error().In("migration " + migration.name));
  return {};
}

Result<int> MigrateLocked(Connection& connection, const fs::path& folder) {
  TRY_ASSIGN(auto migrations, ReadMigrations(connection, folder));
  TRY_ASSIGN(auto applied, ReadApplied(connection));
  TRY(Compare(applied, migrations));
  for (size_t i = applied.size(); i < migrations.size(); ++i) TRY(Apply(connection, migrations[i]));
  return static_cast<int>(migrations.size() - applied.size());
}

// Any number will do, as long as it stays.
constexpr const char kLock[] = "select pg_advisory_lock(7310868735423120985)";
constexpr const char kUnlock[] = "select pg_advisory_unlock(7310868735423120985)";

}  // namespace

Result<int> Migrate(Connection& connection, const fs::path& sql_folder) {
  TRY(connection.Execute(kLock));
  auto outcome = MigrateLocked(connection, sql_folder);
  auto unlocked = connection.Execute(kUnlock);
  if (!unlocked && outcome) return Fail(std::move(unlocked.error()));
  return outcome;
}

}  // namespace tidings::pg
