// Parts of a rule group in react-querybuilder's dialect.
#pragma once

#include <string>
#include <utility>

#include "base/json.h"

namespace tidings::sentence {

inline Json GroupOf(const char* combinator, Json rules) {
  return {{"combinator", combinator}, {"rules", std::move(rules)}};
}

inline Json Not(Json rule) {
  Json group = GroupOf("and", Json::array({std::move(rule)}));
  group["not"] = true;
  return group;
}

// `value`: {"field": ...} or {"subject": ...}.
inline Json CompareValue(Json value, const std::string& op, Json constant) {
  value["operator"] = op;
  value["value"] = std::move(constant);
  return value;
}

inline Json Compare(const std::string& field, const std::string& op, Json value) {
  return {{"field", field}, {"operator", op}, {"value", std::move(value)}};
}

}  // namespace tidings::sentence
