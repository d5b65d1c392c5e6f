// Result<T>: a value, or the reason why there is none.
//
// Inside the host, what is expected to fail (bad input, a lost connection, a missing file) is a
// Result; exceptions of libraries stop where the library is wrapped.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace tidings {

// What kind of failure it was. The API maps each to one HTTP status, the command line to one exit
// status; nothing else branches on the text of an error.
enum class Code {
  kInvalidArgument,    // the input is wrong; the same call will fail again
  kNotFound,           // what was named does not exist
  kAlreadyExists,      // what was to be made exists
  kConflict,           // the state of things does not allow it now
  kPermissionDenied,   // the caller may not
  kResourceExhausted,  // a limit (memory, time budget, queue length) was reached
  kUnavailable,        // a peer is away; the same call may succeed later
  kTimeout,            // it took too long; it may or may not have happened
  kCancelled,          // somebody asked to stop
  kInternal,           // a bug, ours or a library's
};

// The lower-case name with underscores: "invalid_argument".
const char* CodeName(Code code);

// Why something failed. `message` is one or more complete sentences for the person who has to mend
// it: what was wrong, where (file:line:column, pointer, row), and what to do.
struct Error {
  Code code = Code::kInternal;
  std::string message;

  // The same error with `context` and ": " in front, for a caller that knows more.
  Error In(const std::string& context) const { return {code, context + ": " + message}; }
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

// return Fail(Code::kNotFound, "no segment has the id " + id);
inline tl::unexpected<Error> Fail(Code code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}
inline tl::unexpected<Error> Fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace tidings

#define TIDINGS_CONCAT_(a, b) a##b
#define TIDINGS_CONCAT(a, b) TIDINGS_CONCAT_(a, b)

// TRY(Write(file));   leaves the function with the error of a Status or Result.
#define TRY(expression)                                          \
  if (auto try_status = (expression); !try_status.has_value()) { \
    return ::tidings::Fail(std::move(try_status.error()));       \
  }

// TRY_ASSIGN(auto rows, connection.Execute(sql));   takes the value, or leaves with the error.
#define TRY_ASSIGN(target, expression) \
  TIDINGS_TRY_ASSIGN_(TIDINGS_CONCAT(try_result_, __LINE__), target, expression)
#define TIDINGS_TRY_ASSIGN_(result, target, expression) \
  auto result = (expression);                           \
  if (!result.has_value()) {                            \
    return ::tidings::Fail(std::move(result.error()));  \
  }                                                     \
  target = std::move(*result)
