// What is wrong with one member of a record.
#pragma once

#include <string>
#include <vector>

namespace tidings::crm {

// `pointer` is the JSON Pointer of the member as the caller spelt it ("/items/2/unitPrice"; "" is
// the whole record), `value` the offending text (at most 100 bytes, "" where there is none),
// `message` a sentence that ends in what to do.
struct FieldError {
  std::string pointer;
  std::string value;
  std::string message;
};

// "/email 'x@': an e-mail address needs …; /phone …", for logs and the command line.
std::string Describe(const std::vector<FieldError>& errors);

}  // namespace tidings::crm
