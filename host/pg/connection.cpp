#include "pg/connection.h"

#include <atomic>
#include <cstdlib>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <libpq-fe.h>
#include <poll.h>

#include "base/log.h"
#include "base/text.h"
#include "pg/copy.h"
#include "pg/sqlstate.h"

namespace tidings::pg {
namespace {

constexpr size_t kMostPrepared = 200;

// What a session may have been given by the server's configuration, and the code relies on. JIT
// costs more than it saves in statements of a second or less.
constexpr const char kSession[] =
    "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres';"
    "set bytea_output = 'hex'; set extra_float_digits = 1; set client_encoding = 'UTF8';"
    "set standard_conforming_strings = on; set jit = off;"
    "set statement_timeout = {}; set lock_timeout = {}; set client_min_messages = notice";

void LogNotice(void*, const PGresult* notice) {
  const char* text = ::PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
  if (text) log::Debug("pg", "{}", text);
}

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

using Handle = std::unique_ptr<PGresult, void (*)(PGresult*)>;
Handle Own(PGresult* result) { return {result, &::PQclear}; }

// The line of `sql` at which PostgreSQL stopped, from 1; 0 where it does not say.
int LineOfError(const PGresult* result, std::string_view sql) {
  const char* position = ::PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
  if (!position) return 0;
  int characters = std::atoi(position), line = 1;  // it counts characters, from 1
  for (size_t i = 0; i < sql.size() && characters > 1; ++i) {
    line += sql[i] == '\n';
    characters -= (sql[i] & 0xC0) != 0x80;
  }
  return line;
}

// libpq takes what it cannot read for the name of a database.
Status CheckConninfo(const std::string& conninfo) {
  char* reason = nullptr;
  auto* parsed = ::PQconninfoParse(conninfo.c_str(), &reason);
  std::unique_ptr<char, void (*)(void*)> owned(reason, &::PQfreemem);
  if (parsed) {
    ::PQconninfoFree(parsed);
    return {};
  }
  return Fail(Code::kInvalidArgument,
              fmt::format("the address of the database cannot be read: {}; write it as "
                          "postgresql://user@host:5432/database or host=... dbname=...",
                          Trim(reason ? reason : "")));
}

struct Arrays {
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
};

}  // namespace

struct Connection::State {
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> prepared;  // sql -> name
  uint64_t last_name = 0;
  std::unique_ptr<PGcancel, FreeCancel> cancel;
  std::atomic<bool> cancelled = false;  // since the last statement began
  bool stale = false;  // the last error says that a prepared statement has to be made again
};

void Connection::Finish::operator()(PGconn* connection) const { ::PQfinish(connection); }
void Connection::FreeCancel::operator()(PGcancel* cancel) const { ::PQfreeCancel(cancel); }

Connection::Connection(PGconn* connection)
    : connection_(connection), state_(std::make_unique<State>()) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::Open(const std::string& conninfo, const SessionOptions& options) {
  TRY(CheckConninfo(conninfo));
  // What stands before dbname is a default that `conninfo` may change.
  const char* keys[] = {"connect_timeout", "fallback_application_name", "keepalives_idle", "dbname",
                        nullptr};
  const char* values[] = {"10", "tidings", "30", conninfo.c_str(), nullptr};
  Connection connection(::PQconnectdbParams(keys, values, 1));
  auto* handle = connection.connection_.get();
  if (!handle) return Fail(Code::kResourceExhausted, "no memory for a connection");
  if (::PQstatus(handle) != CONNECTION_OK) {
    std::string_view reason = Trim(::PQerrorMessage(handle));
    return Fail(ConnectFailure(reason), fmt::format("cannot connect to PostgreSQL: {}", reason));
  }
  ::PQsetNoticeReceiver(handle, LogNotice, nullptr);
  TRY(connection.SetUp(options));
  return connection;
}

Status Connection::SetUp(const SessionOptions& options) {
  constexpr int kOldest = 150000;
  if (int version = ::PQserverVersion(connection_.get()); version < kOldest) {
    return Fail(
        Code::kUnavailable,
        fmt::format("PostgreSQL {} is too old; Tidings needs 15 or later", version / 10000));
  }
  state_->cancel.reset(::PQgetCancel(connection_.get()));
  auto milliseconds = [](Duration limit) { return limit.count() / 1000; };
  return Script(fmt::format(kSession, milliseconds(options.statement_timeout),
                            milliseconds(options.lock_timeout)));
}

// The error of a result, or of the connection where there is no result.
Error Connection::LastError(const PGresult* result) {
  auto field = [&](int code) -> std::string_view {
    const char* text = result ? ::PQresultErrorField(result, code) : nullptr;
    return text ? text : "";
  };
  ServerError error{.state = field(PG_DIAG_SQLSTATE),
                    .message = field(PG_DIAG_MESSAGE_PRIMARY),
                    .detail = field(PG_DIAG_MESSAGE_DETAIL),
                    .hint = field(PG_DIAG_MESSAGE_HINT),
                    .context = field(PG_DIAG_CONTEXT),
                    .cancelled = state_->cancelled.load()};
  if (error.message.empty()) error.message = Trim(::PQerrorMessage(connection_.get()));
  error.lost = ::PQstatus(connection_.get()) != CONNECTION_OK;
  state_->stale = StatementIsStale(error);
  return ToError(error);
}

Result<Rows> Connection::Take(PGresult* result) {
  Rows rows(result);
  switch (::PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY: return rows;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
      Drain();
      return Fail(Code::kInternal, "COPY needs BeginCopyIn or CopyOut");
    default: return Fail(LastError(result));
  }
}

// Ends whatever is under way, so that the next statement finds a quiet connection.
void Connection::Drain() {
  for (;;) {
    auto result = Own(::PQgetResult(connection_.get()));
    if (!result) return;
    auto status = ::PQresultStatus(result.get());
    if (status == PGRES_COPY_IN) ::PQputCopyEnd(connection_.get(), "not used");
    if (status == PGRES_COPY_OUT) {
      char* data = nullptr;
      while (::PQgetCopyData(connection_.get(), &data, 0) > 0) ::PQfreemem(data);
    }
    if (::PQstatus(connection_.get()) != CONNECTION_OK) return;
  }
}

Result<Rows> Connection::Command(const char* sql) {
  state_->cancelled = false;
  return Take(::PQexec(connection_.get(), sql));
}

Status Connection::Script(std::string_view sql) {
  state_->cancelled = false;
  auto* result = ::PQexec(connection_.get(), std::string(sql).c_str());
  int line = LineOfError(result, sql);
  auto rows = Take(result);
  if (rows) return {};
  return Fail(line ? rows.error().In(fmt::format("line {}", line)) : rows.error());
}

// The name of the prepared statement, which is made first where there is none.
Result<std::string> Connection::Prepared(std::string_view sql) {
  auto& prepared = state_->prepared;
  if (auto found = prepared.find(sql); found != prepared.end()) return found->second;
  if (prepared.size() >= kMostPrepared) {  // texts made at run time: begin anew
    TRY(Command("deallocate all"));
    prepared.clear();
  }
  auto name = fmt::format("s{}", ++state_->last_name);
  std::string text(sql);
  TRY(Take(::PQprepare(connection_.get(), name.c_str(), text.c_str(), 0, nullptr)));
  prepared.emplace(std::move(text), name);
  return name;
}

Status Connection::Send(const std::string& name, const Params& params, Format format) {
  Arrays arrays;
  for (const auto& value : params.values_) {
    if (value.has_nul) {
      return Fail(Code::kInvalidArgument,
                  fmt::format("parameter ${} holds a NUL byte, which PostgreSQL cannot keep",
                              arrays.values.size() + 1));
    }
    arrays.values.push_back(value.length < 0 ? nullptr : params.bytes_.data() + value.offset);
    arrays.lengths.push_back(value.length);
    arrays.formats.push_back(value.binary);
  }
  int sent =
      ::PQsendQueryPrepared(connection_.get(), name.c_str(), params.size(), arrays.values.data(),
                            arrays.lengths.data(), arrays.formats.data(), static_cast<int>(format));
  return sent ? Status() : Fail(LastError(nullptr));
}

// Drops a prepared statement that the server has lost or cannot use since the tables changed; true
// when the statement may be run again at once.
bool Connection::Forget(std::string_view sql) {
  if (!std::exchange(state_->stale, false)) return false;
  auto found = state_->prepared.find(sql);
  if (found == state_->prepared.end()) return false;
  auto name = std::move(found->second);
  state_->prepared.erase(found);
  if (InTransaction()) return false;
  (void)Command(fmt::format("deallocate {}", name).c_str());  // fails where the server has lost it
  return true;
}

Result<Rows> Connection::Run(std::string_view sql, const Params& params, Format format) {
  state_->cancelled = false;
  TRY_ASSIGN(auto name, Prepared(sql));
  TRY(Send(name, params, format));
  auto* result = ::PQgetResult(connection_.get());
  auto rows = result ? Take(result) : Fail(LastError(nullptr));
  Drain();
  return rows;
}

Result<Rows> Connection::Execute(std::string_view sql, const Params& params, Format format) {
  auto rows = Run(sql, params, format);
  if (!rows && Forget(sql)) return Run(sql, params, format);
  return rows;
}

Status Connection::Stream(std::string_view sql, const Params& params,
                          const std::function<Status(Rows)>& row, Format format) {
  state_->cancelled = false;
  TRY_ASSIGN(auto name, Prepared(sql));
  TRY(Send(name, params, format));
  ::PQsetSingleRowMode(connection_.get());
  Status outcome;
  while (auto* result = ::PQgetResult(connection_.get())) {
    auto rows = Take(result);
    if (!outcome) continue;
    if (!rows) outcome = Fail(rows.error());
    if (rows && !rows->empty()) outcome = row(std::move(*rows));
    if (rows && !outcome) Cancel();
  }
  return outcome;
}

// By a cursor; its plan is one for reading all of it.
Status Connection::StreamBlocks(std::string_view sql, const Params& params, int size,
                                const std::function<Status(Rows)>& block) {
  const auto fetch = fmt::format("fetch {} from blocks", size);
  TRY(Command("set local cursor_tuple_fraction = 1"));
  TRY(Execute(fmt::format("declare blocks no scroll cursor for {}", sql), params));
  for (Status outcome; outcome;) {
    TRY_ASSIGN(auto rows, Execute(fetch, {}, Format::kBinary));
    bool last = rows.size() < size;
    if (!rows.empty()) outcome = block(std::move(rows));
    if (!last && outcome) continue;
    TRY(Command("close blocks"));
    return outcome;
  }
  return {};
}

Result<CopyIn> Connection::BeginCopyIn(std::string_view sql) {
  state_->cancelled = false;
  auto result = Own(::PQexec(connection_.get(), std::string(sql).c_str()));
  auto status = ::PQresultStatus(result.get());
  if (status == PGRES_COPY_IN) {
    if (::PQbinaryTuples(result.get())) return CopyIn(*this);
    ::PQputCopyEnd(connection_.get(), "not binary");
    Drain();
    return Fail(Code::kInternal, fmt::format("`{}` lacks (FORMAT binary)", sql));
  }
  TRY(Take(result.release()));
  return Fail(Code::kInternal, fmt::format("`{}` is no COPY FROM STDIN", sql));
}

Status Connection::CopyOut(std::string_view sql,
                           const std::function<Status(std::string_view)>& data) {
  state_->cancelled = false;
  auto result = Own(::PQexec(connection_.get(), std::string(sql).c_str()));
  if (::PQresultStatus(result.get()) != PGRES_COPY_OUT) {
    TRY(Take(result.release()));
    return Fail(Code::kInternal, fmt::format("`{}` is no COPY TO STDOUT", sql));
  }
  Status outcome;
  char* bytes = nullptr;
  int length;
  while ((length = ::PQgetCopyData(connection_.get(), &bytes, 0)) > 0) {
    std::unique_ptr<char, void (*)(void*)> owned(bytes, &::PQfreemem);
    if (!outcome) continue;
    outcome = data({bytes, static_cast<size_t>(length)});
    if (!outcome) Cancel();
  }
  auto end = Take(::PQgetResult(connection_.get()));
  Drain();
  return !outcome ? outcome : end ? Status() : Fail(end.error());
}

void Connection::Cancel() {
  char reason[256];
  state_->cancelled = true;
  if (state_->cancel && !::PQcancel(state_->cancel.get(), reason, sizeof reason)) {
    log::Debug("pg", "cannot cancel: {}", Trim(reason));
  }
}

bool Connection::Healthy() {
  auto* handle = connection_.get();
  if (!handle || ::PQstatus(handle) != CONNECTION_OK) return false;
  pollfd socket{::PQsocket(handle), POLLIN, 0};
  // A quiet server sends nothing but a notice now and then. One that hangs up may say why first, so
  // after a message the end is waited for, a little.
  for (int wait = 0; ::poll(&socket, 1, wait) > 0; wait = 10) {
    if (!::PQconsumeInput(handle) || ::PQstatus(handle) != CONNECTION_OK) return false;
  }
  return true;
}

bool Connection::InTransaction() {
  auto status = ::PQtransactionStatus(connection_.get());
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

bool Connection::Reset() {
  if (!Healthy()) return false;
  if (InTransaction()) (void)Command("rollback");
  return ::PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

int Connection::backend_pid() const { return ::PQbackendPID(connection_.get()); }

}  // namespace tidings::pg
