// What a plugin's schema may say, and what it means.
#include <regex>

#include <fmt/core.h>

#include "base/text.h"
#include "config/options.h"
#include "config/report.h"

namespace tidings::config {
namespace {

// Looks at one schema and all within it.
class SchemaCheck {
 public:
  explicit SchemaCheck(std::vector<std::string>& faults) : faults_(faults) {}
  void Look(const Json& schema, const std::string& at);

 private:
  using Check = void (SchemaCheck::*)(const Json& value, const std::string& at);
  static const std::map<std::string, Check>& Checks();

  void Fault(const std::string& at, std::string_view what) {
    faults_.push_back(fmt::format("{}: {}", at.empty() ? "/" : at, what));
  }
  void Expect(bool fits, const std::string& at, std::string_view what) {
    if (!fits) Fault(at, fmt::format("expected {}", what));
  }

  void Any(const Json&, const std::string&) {}
  void Text(const Json& v, const std::string& at) { Expect(v.is_string(), at, "text"); }
  void Flag(const Json& v, const std::string& at) { Expect(v.is_boolean(), at, "true or false"); }
  void Number(const Json& v, const std::string& at) { Expect(v.is_number(), at, "a number"); }
  void Count(const Json& v, const std::string& at) {
    Expect(v.is_number_unsigned(), at, "a whole number, 0 or more");
  }
  void Values(const Json& v, const std::string& at) {
    Expect(v.is_array() && !v.empty(), at, "a list that is not empty");
  }
  void List(const Json& v, const std::string& at) { Expect(v.is_array(), at, "a list"); }
  void Types(const Json& value, const std::string& at);
  void Names(const Json& value, const std::string& at);
  void Pattern(const Json& value, const std::string& at);
  void Properties(const Json& value, const std::string& at);
  void Additional(const Json& value, const std::string& at) {
    if (!value.is_boolean()) Look(value, at);
  }

  std::vector<std::string>& faults_;
};

const std::map<std::string, SchemaCheck::Check>& SchemaCheck::Checks() {
  using S = SchemaCheck;
  static const std::map<std::string, Check> checks{
      {"type", &S::Types},
      {"properties", &S::Properties},
      {"required", &S::Names},
      {"additionalProperties", &S::Additional},
      {"enum", &S::Values},
      {"const", &S::Any},
      {"minimum", &S::Number},
      {"maximum", &S::Number},
      {"exclusiveMinimum", &S::Number},
      {"exclusiveMaximum", &S::Number},
      {"minLength", &S::Count},
      {"maxLength", &S::Count},
      {"pattern", &S::Pattern},
      {"items", &S::Look},
      {"minItems", &S::Count},
      {"maxItems", &S::Count},
      {"uniqueItems", &S::Flag},
      {"default", &S::Any},
      {"title", &S::Text},
      {"description", &S::Text},
      {"examples", &S::List},
      {"format", &S::Text},
      {"deprecated", &S::Flag},
      {"readOnly", &S::Flag},
      {"writeOnly", &S::Flag},
      {"$schema", &S::Text},
      {"$id", &S::Text},
      {"$comment", &S::Text},
  };
  return checks;
}

void SchemaCheck::Look(const Json& schema, const std::string& at) {
  if (!schema.is_object()) return Fault(at, "expected a schema (an object)");
  std::vector<std::string> names;
  for (const auto& [name, check] : Checks()) names.push_back(name);
  for (const auto& [keyword, value] : schema.items()) {
    auto check = Checks().find(keyword);
    if (check == Checks().end()) {
      Fault(at, fmt::format("the keyword {} is not supported{}", Quoted(keyword),
                            DidYouMean(keyword, names)));
    } else {
      (this->*check->second)(value, at + "/" + keyword);
    }
  }
}

void SchemaCheck::Types(const Json& value, const std::string& at) {
  static const std::vector<std::string> kTypes{"null",   "boolean", "integer", "number",
                                               "string", "array",   "object"};
  auto known = [](const Json& type) {
    return type.is_string() && std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
  };
  bool fits = value.is_array() ? !value.empty() && std::all_of(value.begin(), value.end(), known)
                               : known(value);
  Expect(fits, at, OneOf(kTypes) + ", or a list of these");
}

void SchemaCheck::Names(const Json& value, const std::string& at) {
  auto is_text = [](const Json& name) { return name.is_string(); };
  Expect(value.is_array() && std::all_of(value.begin(), value.end(), is_text), at,
         "a list of names");
}

void SchemaCheck::Pattern(const Json& value, const std::string& at) {
  if (!value.is_string()) return Fault(at, "expected text");
  try {
    std::regex regex(value.get<std::string>());
  } catch (const std::regex_error& error) {
    Fault(at, fmt::format("this is no regular expression: {}", error.what()));
  }
}

void SchemaCheck::Properties(const Json& value, const std::string& at) {
  if (!value.is_object()) return Fault(at, "expected an object");
  for (const auto& [name, schema] : value.items()) Look(schema, at + "/" + name);
}

void MakeStrict(Json& schema, bool root) {
  if (!schema.is_object()) return;
  bool closed = root || schema.contains("properties");
  if (closed && !schema.contains("additionalProperties")) schema["additionalProperties"] = false;
  if (auto found = schema.find("properties"); found != schema.end()) {
    for (auto& [name, property] : found->items()) MakeStrict(property, false);
  }
  for (auto key : {"items", "additionalProperties"}) {
    if (auto found = schema.find(key); found != schema.end()) MakeStrict(*found, false);
  }
}

}  // namespace

std::vector<std::string> SchemaFaults(const Json& schema) {
  std::vector<std::string> faults;
  SchemaCheck(faults).Look(schema, "");
  return faults;
}

Json StrictSchema(Json schema) {
  MakeStrict(schema, true);
  for (auto key : {"$schema", "$id"}) {
    if (schema.is_object()) schema.erase(key);  // it becomes a part of another schema
  }
  return schema;
}

}  // namespace tidings::config
