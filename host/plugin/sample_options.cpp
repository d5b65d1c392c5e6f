#include <algorithm>
#include <cmath>

#include "plugin/sample.h"

namespace tidings::plugin {
namespace {

constexpr int kDeepest = 6;  // schemas may be recursive

// Makes values for schemas. Without a source of random numbers, the plainest ones.
class Maker {
 public:
  explicit Maker(Random* random) : random_(random) {}

  Json Value(const Json& schema, int depth = 0) {
    if (!schema.is_object() || depth > kDeepest) return nullptr;
    if (schema.contains("const")) return schema["const"];
    if (const Json* given = Given(schema)) return *given;
    for (const char* choice : {"anyOf", "oneOf"}) {
      if (schema.contains(choice) && !schema[choice].empty()) {
        return Value(Pick(schema[choice]), depth + 1);
      }
    }
    return OfType(TypeOf(schema), schema, depth);
  }

 private:
  bool Chance(double probability) { return random_ && random_->Chance(probability); }
  const Json& Pick(const Json& array) { return array[random_ ? random_->Below(array.size()) : 0]; }

  // A value that the schema itself offers, where that is wanted or nothing else is safe.
  const Json* Given(const Json& schema) {
    if (schema.contains("enum") && !schema["enum"].empty()) {
      if (!random_ && schema.contains("default")) return &schema["default"];
      return &Pick(schema["enum"]);
    }
    bool rather =
        !random_ || schema.contains("pattern") || schema.contains("format") || Chance(0.3);
    if (!rather) return nullptr;
    if (schema.contains("default")) return &schema["default"];
    if (schema.contains("examples") && !schema["examples"].empty()) {
      return &Pick(schema["examples"]);
    }
    return nullptr;
  }

  std::string TypeOf(const Json& schema) {
    if (!schema.contains("type")) return schema.contains("properties") ? "object" : "string";
    const auto& type = schema["type"];
    if (type.is_array()) return type.empty() ? "null" : Pick(type).get<std::string>();
    return type.get<std::string>();
  }

  Json OfType(const std::string& type, const Json& schema, int depth) {
    if (type == "object") return Object(schema, depth);
    if (type == "array") return Array(schema, depth);
    if (type == "string") return String(schema);
    if (type == "integer") return static_cast<int64_t>(Number(schema, 1));
    if (type == "number") return Number(schema, 0);
    if (type == "boolean") return Chance(0.5);
    return nullptr;
  }

  Json Object(const Json& schema, int depth) {
    Json object = Json::object();
    const auto required = schema.value("required", Json::array());
    const auto properties = schema.value("properties", Json::object());
    for (const auto& [name, member] : properties.items()) {
      bool owed = std::find(required.begin(), required.end(), Json(name)) != required.end();
      if (owed || Chance(0.5)) object[name] = Value(member, depth + 1);
    }
    return object;
  }

  Json Array(const Json& schema, int depth) {
    Json array = Json::array();
    auto least = schema.value("minItems", size_t{0});
    auto most = schema.value("maxItems", least + 3);
    size_t count = random_ ? least + random_->Below(most - least + 1) : least;
    for (size_t i = 0; i < count; ++i) {
      array.push_back(Value(schema.value("items", Json::object()), depth + 1));
    }
    return array;
  }

  Json String(const Json& schema) {
    static const std::string kLetters[] = {"a", "Z", "7", " ", "-", "/", "ä", "€", "\"", "\n"};
    auto least = schema.value("minLength", size_t{0});
    auto most = schema.value("maxLength", std::max<size_t>(least, 40));
    size_t length = random_ ? least + random_->Below(most - least + 1) : least;
    std::string text;
    for (size_t i = 0; i < length; ++i) {
      text += random_ ? kLetters[random_->Below(std::size(kLetters))] : "a";
    }
    return text;
  }

  // The extremes that the schema allows come up often: that is where mistakes are.
  double Number(const Json& schema, double step) {
    double low = schema.contains("minimum") ? schema["minimum"].get<double>() : -1000;
    if (schema.contains("exclusiveMinimum")) {
      low = schema["exclusiveMinimum"].get<double>() + (step > 0 ? step : 1e-6);
    }
    double high =
        schema.contains("maximum") ? schema["maximum"].get<double>() : std::max(low, 0.0) + 1e6;
    if (schema.contains("exclusiveMaximum")) {
      high = schema["exclusiveMaximum"].get<double>() - (step > 0 ? step : 1e-6);
    }
    if (!random_) return std::clamp(0.0, low, high);
    if (Chance(0.2)) return low;
    if (Chance(0.2)) return high;
    double value = low + random_->Unit() * (high - low);
    return step > 0 ? std::clamp(std::floor(value), low, high) : value;
  }

  Random* random_;
};

}  // namespace

Json RandomOptions(const Json& schema, Random& random) { return Maker(&random).Value(schema); }
Json PlainOptions(const Json& schema) { return Maker(nullptr).Value(schema); }

}  // namespace tidings::plugin
