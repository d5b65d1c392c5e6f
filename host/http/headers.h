// The fields of a message, and other lists of pairs, in the order they came.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::http {

// Are the two equal, the case of ASCII letters ignored?
bool SameName(std::string_view a, std::string_view b);

// Header fields. Names keep the case they came in and are compared without it.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  // Adds a field beside those of the same name (Set-Cookie, Link).
  void Add(std::string name, std::string value);
  // Replaces every field of that name.
  void Set(std::string name, std::string value);
  // The value of the first field of that name; nullptr when there is none. Valid until a change.
  const std::string* Find(std::string_view name) const;
  int Count(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

}  // namespace tidings::http
