#include "http/request.h"

#include "base/text.h"

namespace tidings::http {

std::string_view Request::Header(std::string_view name) const {
  const std::string* value = headers.Find(name);
  return value ? std::string_view(*value) : std::string_view();
}

std::optional<std::string_view> Request::Query(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string_view Request::Param(std::string_view name) const {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  return {};
}

std::string Request::MediaType() const {
  std::string_view value = Header("Content-Type");
  return LowerAscii(Trim(value.substr(0, value.find(';'))));
}

}  // namespace tidings::http
