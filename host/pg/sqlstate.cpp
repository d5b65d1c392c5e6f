#include "pg/sqlstate.h"

#include <fmt/core.h>

namespace tidings::pg {
namespace {

struct Meaning {
  std::string_view prefix;  // of the SQLSTATE
  Code code;
};

// The first that fits counts. Classes are in PostgreSQL's appendix "Error Codes".
constexpr Meaning kMeanings[] = {
    {"23505", Code::kAlreadyExists},     // unique_violation
    {"22", Code::kInvalidArgument},      // data exception
    {"23", Code::kInvalidArgument},      // integrity constraint violation
    {"08", Code::kUnavailable},          // connection exception
    {"57014", Code::kTimeout},           // query_canceled, by statement_timeout
    {"57P", Code::kUnavailable},         // shut down, crashed, or starting up
    {"40", Code::kConflict},             // serialization failure, deadlock
    {"55P03", Code::kTimeout},           // lock_not_available, by lock_timeout
    {"55006", Code::kConflict},          // object_in_use
    {"25006", Code::kUnavailable},       // read_only_sql_transaction: a standby
    {"42501", Code::kPermissionDenied},  // insufficient_privilege
    {"28", Code::kPermissionDenied},     // invalid authorization
    {"3D000", Code::kNotFound},          // no such database
    {"42P04", Code::kAlreadyExists},     // duplicate_database
    {"53300", Code::kUnavailable},       // too_many_connections
    {"53", Code::kResourceExhausted},    // disk full, out of memory
    {"54", Code::kResourceExhausted},    // program limit exceeded
    {"58", Code::kUnavailable},          // system error outside PostgreSQL
};

Code CodeOf(const ServerError& error) {
  if (error.state == "57014" && error.cancelled) return Code::kCancelled;
  for (const auto& meaning : kMeanings) {
    if (error.state.starts_with(meaning.prefix)) return meaning.code;
  }
  return error.lost || error.state.empty() ? Code::kUnavailable : Code::kInternal;
}

bool Has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

void AddSentence(std::string& text, std::string_view sentence) {
  if (sentence.empty()) return;
  if (!text.empty()) text += text.back() == '.' ? " " : ". ";
  text += sentence;
}

}  // namespace

Error ToError(const ServerError& error) {
  std::string text(error.message);
  AddSentence(text, error.detail);
  if (!error.hint.empty()) AddSentence(text, fmt::format("Hint: {}", error.hint));
  // The innermost line says where in a COPY or a function it was.
  AddSentence(text, error.context.substr(0, error.context.find('\n')));
  if (text.empty()) text = "the connection to PostgreSQL is not usable";
  if (!error.state.empty()) text += fmt::format(" (SQLSTATE {})", error.state);
  return {CodeOf(error), std::move(text)};
}

Code ConnectFailure(std::string_view reason) {
  if (Has(reason, "does not exist")) return Code::kNotFound;  // database or role
  if (Has(reason, "authentication failed") || Has(reason, "no password supplied") ||
      Has(reason, "no pg_hba.conf entry")) {
    return Code::kPermissionDenied;
  }
  return Code::kUnavailable;
}

bool StatementIsStale(const ServerError& error) {
  return error.state == "26000" || (error.state == "0A000" && Has(error.message, "cached plan"));
}

}  // namespace tidings::pg
