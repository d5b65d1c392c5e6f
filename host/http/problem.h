// Errors as RFC 9457 problem details.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "http/response.h"

namespace tidings::http {

// What is wrong with one field of the body: `pointer` is a JSON Pointer ("/orders/3/amount").
struct FieldProblem {
  std::string pointer;
  std::string detail;
};

// application/problem+json with type "about:blank", title, status, detail and, where there are
// any, errors [{pointer, detail}]. `more` are members besides, for callers that are programs.
Response Problem(int status, std::string detail, const std::vector<FieldProblem>& errors = {},
                 const OrderedJson& more = OrderedJson::object());

// The same, of an Error: kInvalidArgument 400, kPermissionDenied 403, kNotFound 404,
// kAlreadyExists and kConflict 409, kResourceExhausted 429, kCancelled and kUnavailable 503,
// kTimeout 504, kInternal 500. The text of an internal error stays in the log, not in the answer.
Response Problem(const Error& error);

int StatusOf(Code code);

}  // namespace tidings::http
