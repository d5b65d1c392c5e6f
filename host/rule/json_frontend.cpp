#include "rule/json_frontend.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "rule/json_reader.h"

namespace tidings::rule {
namespace {

constexpr size_t kMaxErrors = 10;
constexpr size_t kMaxSource = size_t{1} << 20;

constexpr const char* kMemberKeys[] = {"rules", "conditions", "children"};
constexpr const char* kCombinatorKeys[] = {"combinator", "logic",    "logicType",
                                           "condition",  "operator", "op"};
constexpr const char* kGroupKeys[] = {"combinator", "logic", "logicType"};  // of groups only
constexpr const char* kFieldKeys[] = {"field", "attribute"};
constexpr const char* kOperatorKeys[] = {"operator", "op"};

// What a group or rule may say besides, without a meaning here.
constexpr const char* kIdle[] = {"id",  "type",  "path",     "valueSource",
                                 "not", "value", "disabled", "muted"};

const char* FirstKey(const Json& object, std::span<const char* const> keys) {
  for (const char* key : keys) {
    if (object.contains(key)) return key;
  }
  return nullptr;
}

// {"orders": "count", ...}; in a Mongo filter `orders` is a field.
bool AsksOrders(const Json& json) {
  bool asks = json.contains("where") || json.contains("operator");
  return asks && json.contains("orders") && json["orders"].is_string();
}

// "and" -> false, "or" -> true (any of them).
std::optional<bool> ParseCombinator(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  std::string word = LowerAscii(Trim(value.get_ref<const std::string&>()));
  if (word == "and" || word == "all" || word == "&&") return false;
  if (word == "or" || word == "any" || word == "||") return true;
  return std::nullopt;
}

}  // namespace

std::string Below(const std::string& pointer, std::string_view key) {
  std::string escaped;
  for (char c : key) {
    if (c == '~')
      escaped += "~0";
    else if (c == '/')
      escaped += "~1";
    else
      escaped += c;
  }
  return pointer + "/" + escaped;
}
std::string Below(const std::string& pointer, size_t index) {
  return pointer + "/" + std::to_string(index);
}

Result<Node> JsonReader::Read(const Json& json) {
  Node node = ReadNode(json, "", 0);
  if (errors_.empty()) return node;
  return Fail(Code::kInvalidArgument, Join(errors_, "\n"));
}

void JsonReader::Complain(const std::string& pointer, const std::string& message) {
  std::string error = (pointer.empty() ? "/" : pointer) + ": " + message;
  if (errors_.size() < kMaxErrors) errors_.push_back(std::move(error));
}

// Tells the dialect by the shape of one object.
Node JsonReader::ReadNode(const Json& json, const std::string& pointer, int depth) {
  if (depth > kMaxDepth) {
    Complain(pointer, fmt::format("groups may nest at most {} deep", kMaxDepth));
    return {};
  }
  if (json.is_array()) return ReadMembers(json, pointer, depth, std::nullopt);
  if (!json.is_object() || json.empty()) {
    Complain(pointer, "expected a rule or a group of rules, got " + ToLine(json).substr(0, 40));
    return {};
  }
  if (FirstKey(json, kMemberKeys) != nullptr) return ReadGroup(json, pointer, depth);
  if (FirstKey(json, kFieldKeys) != nullptr) return ReadRule(json, pointer);
  if (AsksOrders(json)) return ReadOrders(json, pointer);
  if (json.contains("subject")) {
    return ReadSubject(json, json["subject"], pointer, Below(pointer, "subject"));
  }
  if (json.contains("left") && json.contains("right")) return ReadRelation(json, pointer);
  if (json.contains("operator") || FirstKey(json, kGroupKeys) != nullptr) {
    bool group =
        FirstKey(json, kGroupKeys) != nullptr || ParseCombinator(json["operator"]).has_value();
    Complain(pointer, group ? "a group needs `rules`" + Slip(json, "rules")
                            : "a rule needs `field`" + Slip(json, "field"));
    return {};
  }
  return ReadMongo(json, pointer, depth);
}

// Two spellings of one member that say different things: neither may be dropped.
void JsonReader::CheckOnce(const Json& object, const std::string& pointer,
                           std::span<const char* const> keys) {
  const char* first = FirstKey(object, keys);
  for (const char* key : keys) {
    if (first == nullptr || key == first || !object.contains(key)) continue;
    if (Same(object[first], object[key])) continue;
    Complain(Below(pointer, key), fmt::format("contradicts `{}`; leave one of them out", first));
  }
}

bool JsonReader::Same(const Json& a, const Json& b) {
  if (a.is_string() && b.is_string())
    return LowerAscii(a.get_ref<const std::string&>()) ==
           LowerAscii(b.get_ref<const std::string&>());
  return a == b || (b.is_array() && b.empty());
}

// A muted part does not count in react-querybuilder; to count it would change the audience.
void JsonReader::CheckMuted(const Json& object, const std::string& pointer) {
  if (object.contains("muted") && object["muted"] == true)
    Complain(Below(pointer, "muted"), "a muted part says nothing; take it out of the rule");
}

// A key that was probably meant to be `wanted`.
std::string JsonReader::Slip(const Json& object, const char* wanted) {
  for (const auto& [key, value] : object.items()) {
    if (!DidYouMean(key, {wanted}).empty()) return "; it has `" + key + "`: a slip?";
  }
  return "";
}

// Unknown keys are let pass, unless they look like a slip of one that would have meant something.
void JsonReader::CheckKeys(const Json& object, const std::string& pointer,
                           std::span<const char* const> keys) {
  std::vector<std::string> known(keys.begin(), keys.end());
  known.insert(known.end(), std::begin(kIdle), std::end(kIdle));
  for (const auto& [key, value] : object.items()) {
    bool fine = std::find(known.begin(), known.end(), key) != known.end();
    std::string hint = fine ? "" : DidYouMean(key, known);
    if (!hint.empty())
      Complain(Below(pointer, key), fmt::format("unknown member `{}`{}", key, hint));
  }
}

Node JsonReader::ReadGroup(const Json& json, const std::string& pointer, int depth) {
  constexpr const char* kKeys[] = {"rules",     "conditions", "combinator", "logic",
                                   "logicType", "condition",  "operator",   "not"};
  CheckKeys(json, pointer, kKeys);
  CheckOnce(json, pointer, kMemberKeys);
  CheckOnce(json, pointer, kCombinatorKeys);
  CheckMuted(json, pointer);
  const char* members_key = FirstKey(json, kMemberKeys);
  const Json& members = json[members_key];
  if (!members.is_array()) {
    Complain(Below(pointer, members_key), "expected a list of rules");
    return {};
  }
  Node node = ReadMembers(members, Below(pointer, members_key), depth, Combinator(json, pointer));
  node.negated = node.negated != IsNegated(json, pointer);
  return node;
}

std::optional<bool> JsonReader::Combinator(const Json& json, const std::string& pointer) {
  const char* key = FirstKey(json, kCombinatorKeys);
  if (key == nullptr) return std::nullopt;
  auto any = ParseCombinator(json[key]);
  if (!any.has_value()) {
    Complain(Below(pointer, key),
             "expected \"and\" or \"or\", got " + ToLine(json[key]).substr(0, 40));
    return false;
  }
  return any;
}

bool JsonReader::IsNegated(const Json& json, const std::string& pointer) {
  if (!json.contains("not") || json["not"].is_null()) return false;
  if (!json["not"].is_boolean()) Complain(Below(pointer, "not"), "expected true or false");
  return json["not"] == true;
}

// `any` is missing where the combinators stand between the rules.
Node JsonReader::ReadMembers(const Json& members, const std::string& pointer, int depth,
                             std::optional<bool> any) {
  Group alternatives{.any = true}, group{.any = any.value_or(false)};
  bool wants_rule = true;
  for (size_t i = 0; i < members.size(); ++i) {
    std::string here = Below(pointer, i);
    if (members[i].is_string() && !any.has_value() && !wants_rule) {
      auto word = ParseCombinator(members[i]);
      if (!word.has_value()) Complain(here, "expected \"and\" or \"or\"");
      if (word.value_or(false)) CloseAlternative(alternatives, group);
      wants_rule = true;
      continue;
    }
    if (!wants_rule && !any.has_value()) {
      Complain(pointer, "a group of several rules needs `combinator`: \"and\" or \"or\"");
      return {};
    }
    group.nodes.push_back(ReadNode(members[i], here, depth + 1));
    wants_rule = false;
  }
  if (wants_rule && !any.has_value() && members.size() > 1)
    Complain(pointer, "ends with a combinator");
  if (alternatives.nodes.empty()) return {false, std::move(group)};
  CloseAlternative(alternatives, group);
  return {false, std::move(alternatives)};
}

// "and" binds tighter than "or".
void JsonReader::CloseAlternative(Group& alternatives, Group& group) {
  alternatives.nodes.push_back({false, std::move(group)});
  group = Group{};
}

Node JsonReader::ReadRule(const Json& json, const std::string& pointer) {
  constexpr const char* kKeys[] = {"field", "attribute", "operator", "op", "value", "not"};
  CheckKeys(json, pointer, kKeys);
  CheckOnce(json, pointer, kFieldKeys);
  CheckOnce(json, pointer, kOperatorKeys);
  CheckMuted(json, pointer);
  const char* field_key = FirstKey(json, kFieldKeys);
  const char* op_key = FirstKey(json, kOperatorKeys);
  if (op_key == nullptr) {
    Complain(pointer, "a rule needs `operator`" + Slip(json, "operator"));
    return {};
  }
  auto field = ReadField(json[field_key], Below(pointer, field_key));
  auto op = ReadOperator(json[op_key], Below(pointer, op_key));
  if (!field.has_value() || !op.has_value()) return {};
  if (json.value("valueSource", Json()) == "field") return ReadFields(*field, *op, json, pointer);
  Node node = Compare(*field, *op, json.value("value", Json()), Below(pointer, "value"));
  node.negated = node.negated != IsNegated(json, pointer);
  return node;
}

Result<Node> ParseJsonRule(std::string_view text) {
  if (text.size() > kMaxSource)
    return Fail(Code::kInvalidArgument, "a rule may have at most 1 MiB");
  TRY_ASSIGN(Json json, ParseJson(text));
  return JsonReader().Read(json);
}

}  // namespace tidings::rule
