#include "config/options.h"

#include <regex>

#include <fmt/core.h>

#include "base/text.h"

namespace tidings::config {
namespace {

constexpr size_t kLongestMatched = 1000;  // std::regex recurses over its input

std::vector<std::string> TypesOf(const Json& schema) {
  auto found = schema.find("type");
  if (found == schema.end()) return {};
  if (found->is_string()) return {found->get<std::string>()};
  return found->get<std::vector<std::string>>();
}

bool Has(const std::vector<std::string>& types, std::string_view type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool Fits(const Json& value, const std::string& type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  return type == "array" ? value.is_array() : value.is_object();
}

// "a whole number or text".
std::string InWords(const std::vector<std::string>& types) {
  static const std::map<std::string, std::string> kWords{
      {"null", "nothing"},    {"boolean", "true or false"}, {"integer", "a whole number"},
      {"number", "a number"}, {"string", "text"},           {"array", "a list"},
      {"object", "a mapping"}};
  std::vector<std::string> words;
  for (const auto& type : types) words.push_back(kWords.at(type));
  return Join(words, " or ");
}

size_t Characters(const std::string& text) {
  auto starts = [](char c) { return (c & 0xc0) != 0x80; };
  return size_t(std::count_if(text.begin(), text.end(), starts));
}

// A value as a person wrote it in YAML: text bare, the rest as JSON.
std::string Plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : ToLine(value);
}

// `value` with the defaults of the members that it lacks.
void FillDefaults(Json& value, const Json& schema) {
  auto properties = schema.find("properties");
  if (!value.is_object() || properties == schema.end()) return;
  for (const auto& [name, property] : properties->items()) {
    auto standard = property.find("default");
    if (!value.contains(name) && standard != property.end()) value[name] = *standard;
    if (value.contains(name)) FillDefaults(value[name], property);
  }
}

// Checks one tree of options against one schema, which has no faults.
class OptionsReader {
 public:
  OptionsReader(const PluginInfo& plugin, Report& report) : plugin_(plugin), report_(report) {}

  // `path` is "" or "vendor.address"; the value comes back as far as it could be read.
  Json Read(const Node& node, const Json& schema, const std::string& path);

 private:
  void Refuse(const Node& node, const std::string& path, const std::string& what);
  Json Scalar(const Node& node, const std::vector<std::string>& types, const std::string& path);
  bool CheckType(const Node& node, Json& value, const std::vector<std::string>& types,
                 const std::string& path);
  Json List(const Node& node, const Json& schema, const std::string& path);
  Json Map(const Node& node, const Json& schema, const std::string& path);
  Json Other(const Node::Entry& entry, const Json& schema, const std::string& path,
             KeyFaults& faults);
  std::string Missing(const Json& properties, const std::string& name,
                      const std::string& path) const;
  void CheckEnum(const Node& node, const Json& value, const Json& schema, const std::string& path);
  void CheckNumber(const Node& node, const Json& value, const Json& schema,
                   const std::string& path);
  void CheckText(const Node& node, const std::string& text, const Json& schema,
                 const std::string& path);
  void CheckSize(const Node& node, size_t size, const Json& schema, const char* least,
                 const char* most, const char* unit, const std::string& path);

  const PluginInfo& plugin_;
  Report& report_;
};

std::string Below(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

std::string Subject(const std::string& path) {
  return path.empty() ? "`options`" : "option " + Quoted(path);
}

void OptionsReader::Refuse(const Node& node, const std::string& path, const std::string& what) {
  report_.Add(node.mark, fmt::format("{} {}, found {}", Subject(path), what, Shown(node)));
}

// Text from outside the file is text wherever text will do, else what it says.
Json OptionsReader::Scalar(const Node& node, const std::vector<std::string>& types,
                           const std::string& path) {
  bool text = node.origin == Node::Origin::kQuoted;
  if (node.Hidden()) text = types.empty() || Has(types, "string");
  if (text) return node.text;
  auto value = PlainValue(node.text);
  if (!value) {
    Refuse(node, path, "must be a number that can be kept exactly, or text in quotes");
    return Json();
  }
  return *value;
}

bool OptionsReader::CheckType(const Node& node, Json& value, const std::vector<std::string>& types,
                              const std::string& path) {
  if (types.empty()) return true;
  auto fits = [&](const std::string& type) { return Fits(value, type); };
  if (std::any_of(types.begin(), types.end(), fits)) return true;
  bool whole = value.is_number_float() && std::abs(value.get<double>()) < 9e15 &&
               value.get<double>() == std::floor(value.get<double>());
  if (whole && Has(types, "integer")) {  // 42.0 is a whole number, too
    value = static_cast<int64_t>(value.get<double>());
    return true;
  }
  bool quote = Has(types, "string") && node.Is(Node::Kind::kScalar) && !node.Hidden();
  report_.Add(node.mark, fmt::format("{} must be {}, found {}{}", Subject(path), InWords(types),
                                     Shown(node), quote ? "; quote it to make it text" : ""));
  return false;
}

Json OptionsReader::Read(const Node& node, const Json& schema, const std::string& path) {
  if (node.Is(Node::Kind::kUnknown)) return Json();
  auto types = TypesOf(schema);
  Json value = node.Is(Node::Kind::kMap)    ? Json::object()
               : node.Is(Node::Kind::kList) ? Json::array()
                                            : Json();
  if (node.Is(Node::Kind::kScalar)) {
    value = Scalar(node, types, path);
    if (value.is_null() && !PlainValue(node.text)) return value;  // reported
  }
  if (!CheckType(node, value, types, path)) return value;
  if (value.is_object()) value = Map(node, schema, path);
  if (value.is_array()) value = List(node, schema, path);
  if (value.is_number()) CheckNumber(node, value, schema, path);
  if (value.is_string()) CheckText(node, value.get_ref<const std::string&>(), schema, path);
  CheckEnum(node, value, schema, path);
  return value;
}

Json OptionsReader::Map(const Node& node, const Json& schema, const std::string& path) {
  Json value = Json::object();
  KeyFaults faults;
  const Json properties = schema.value("properties", Json::object());
  for (const auto& entry : node.entries) {
    auto property = properties.find(entry.key);
    value[entry.key] = property != properties.end()
                           ? Read(entry.value, *property, Below(path, entry.key))
                           : Other(entry, schema, path, faults);
  }
  const Json required = schema.value("required", Json::array());
  for (const auto& name : required) {
    auto key = name.get<std::string>();
    if (!node.Find(key)) faults.Missing(key, node.mark, Missing(properties, key, path));
  }
  faults.ReportTo(report_);
  FillDefaults(value, schema);
  return value;
}

std::string OptionsReader::Missing(const Json& properties, const std::string& name,
                                   const std::string& path) const {
  auto help = properties.contains(name) ? TextOf(properties[name], "description") : "";
  auto whose = path.empty() ? "plugin " + Quoted(plugin_.id) : "option " + Quoted(path);
  return fmt::format("{} needs the option {}{}{}", whose, Quoted(name), help.empty() ? "" : ": ",
                     help);
}

// A member that `properties` does not name.
Json OptionsReader::Other(const Node::Entry& entry, const Json& schema, const std::string& path,
                          KeyFaults& faults) {
  bool closed = path.empty() || schema.contains("properties");
  const Json others = schema.value("additionalProperties", Json(!closed));
  if (others.is_object()) return Read(entry.value, others, Below(path, entry.key));
  if (others.get<bool>()) return Read(entry.value, Json::object(), Below(path, entry.key));
  std::vector<std::string> names;
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [name, property] : properties.items()) names.push_back(name);
  auto where = path.empty() ? "plugin " + Quoted(plugin_.id) : Quoted(path);
  auto none = names.empty() ? "; it takes none" : "";
  faults.Unknown(entry.key, entry.mark,
                 fmt::format("unknown option {} of {}{}", Quoted(entry.key), where, none), names);
  return Json();
}

Json OptionsReader::List(const Node& node, const Json& schema, const std::string& path) {
  Json value = Json::array();
  Json of_items = schema.value("items", Json::object());
  for (size_t i = 0; i < node.items.size(); ++i) {
    value.push_back(Read(node.items[i], of_items, fmt::format("{}[{}]", path, i)));
    auto before = value.end() - 1;
    if (schema.value("uniqueItems", false) && std::find(value.begin(), before, *before) != before) {
      report_.Add(node.items[i].mark,
                  fmt::format("{} stands twice in option {}", Shown(node.items[i]), Quoted(path)));
    }
  }
  CheckSize(node, value.size(), schema, "minItems", "maxItems", "items", path);
  return value;
}

void OptionsReader::CheckEnum(const Node& node, const Json& value, const Json& schema,
                              const std::string& path) {
  if (schema.contains("const") && value != schema["const"]) {
    Refuse(node, path, "must be " + Quoted(Plain(schema["const"])));
  }
  auto allowed = schema.find("enum");
  if (allowed == schema.end()) return;
  if (std::find(allowed->begin(), allowed->end(), value) != allowed->end()) return;
  std::vector<std::string> names;
  for (const auto& one : *allowed) names.push_back(Plain(one));
  auto near = value.is_string() && !node.Hidden() ? DidYouMean(node.text, names) : "";
  report_.Add(node.mark, fmt::format("{} must be {}, found {}{}", Subject(path), OneOf(names),
                                     Shown(node), near));
}

void OptionsReader::CheckNumber(const Node& node, const Json& value, const Json& schema,
                                const std::string& path) {
  auto bound = [&](const char* keyword, const char* words, auto violated) {
    auto limit = schema.find(keyword);
    if (limit == schema.end() || !violated(value, *limit)) return;
    Refuse(node, path, fmt::format("must be {} {}", words, ToLine(*limit)));
  };
  bound("minimum", "at least", std::less<>());
  bound("maximum", "at most", std::greater<>());
  bound("exclusiveMinimum", "more than", std::less_equal<>());
  bound("exclusiveMaximum", "less than", std::greater_equal<>());
}

void OptionsReader::CheckText(const Node& node, const std::string& text, const Json& schema,
                              const std::string& path) {
  CheckSize(node, Characters(text), schema, "minLength", "maxLength", "characters", path);
  auto pattern = schema.find("pattern");
  if (pattern == schema.end()) return;
  if (text.size() > kLongestMatched) {
    return Refuse(node, path, fmt::format("must be no longer than {} bytes", kLongestMatched));
  }
  bool matches = false;
  try {
    matches = std::regex_search(text, std::regex(pattern->get<std::string>()));
  } catch (const std::regex_error&) {  // too complex for this text
  }
  if (!matches) Refuse(node, path, "must match " + Quoted(pattern->get<std::string>()));
}

void OptionsReader::CheckSize(const Node& node, size_t size, const Json& schema, const char* least,
                              const char* most, const char* unit, const std::string& path) {
  auto wrong = [&](const char* words, const Json& limit) {
    auto message = fmt::format("{} must have at {} {} {}", Subject(path), words, ToLine(limit),
                               limit == 1 ? std::string(unit, std::strlen(unit) - 1) : unit);
    report_.Add(node.mark, node.Hidden() ? message : fmt::format("{}, found {}", message, size));
  };
  if (schema.contains(least) && Json(size) < schema[least]) wrong("least", schema[least]);
  if (schema.contains(most) && Json(size) > schema[most]) wrong("most", schema[most]);
}

}  // namespace

Json OptionsAt(const Node* node, Mark plugin_mark, const PluginInfo& plugin, Report& report) {
  auto faults = SchemaFaults(plugin.options_schema);
  for (const auto& fault : faults) {
    report.Add(plugin_mark, fmt::format("plugin {} cannot be used: its schema of options is wrong "
                                        "at {}",
                                        Quoted(plugin.id), fault));
  }
  if (!faults.empty()) return Json::object();
  OptionsReader reader(plugin, report);
  Node none;
  none.kind = Node::Kind::kMap;
  none.mark = plugin_mark;
  if (!node || node->Is(Node::Kind::kNull)) node = &none;
  if (node->Is(Node::Kind::kMap)) return reader.Read(*node, plugin.options_schema, "");
  if (!node->Is(Node::Kind::kUnknown)) {
    report.Add(node->mark, "`options` must be a mapping, found " + Shown(*node));
  }
  return Json::object();
}

}  // namespace tidings::config
