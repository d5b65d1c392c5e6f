#include "rule/symbolic_library.h"

#include <cmath>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/text.h"
#include "rule/mutation.h"
#include "rule/symbolic_interpreter.h"

namespace tidings::rule::symbolic {
namespace {

bool Is(const Site& site, const Attribute& attribute, Op op) {
  return site.explorer.Decide(Node{false, Comparison{{attribute.field}, op, {}}});
}

// type, as far as it is the same for all; forks for an attribute.
Values TypeOf(Interpreter& in, Values& arguments) {
  Site site = in.Here();
  if (arguments.empty()) site.Raise("bad argument #1 to 'type' (value expected)");
  Value value = Resolve(site, arguments[0]);
  if (auto* attribute = value.As<Attribute>()) {
    if (Is(site, *attribute, Op::kIsNil)) return {{"nil"}};
    if (Is(site, *attribute, Op::kIsText)) return {{"string"}};
    if (Is(site, *attribute, Op::kIsNumber)) return {{"number"}};
    Comparison flag{{attribute->field}, Op::kIn, {false, true}};
    return {{std::string(site.explorer.Decide(Node{false, flag}) ? "boolean" : "userdata")}};
  }
  if (value.As<Unknown>() || value.As<Something>()) return {site.Opaque("the type of a value")};
  return {{std::string(KindOf(value))}};
}

Values ToText(Interpreter& in, Values& arguments) {
  Value value = Resolve(in.Here(), Argument(arguments, 0));
  if (value.As<std::string>() || value.As<Text>() || value.As<Slice>()) return {value};
  if (auto* integer = value.As<int64_t>()) return {{std::to_string(*integer)}};
  if (auto* flag = value.As<bool>()) return {{std::string(*flag ? "true" : "false")}};
  if (value.IsNil()) return {{std::string("nil")}};
  return {in.Here().Opaque("`tostring`")};
}

// A number stays what it is, and which one a text spells only Lua can say; nothing else has one.
Value NumberIn(const Site& site, const Attribute& attribute) {
  if (Is(site, attribute, Op::kIsNumber)) return {attribute};
  if (!Is(site, attribute, Op::kIsText)) return {Nil{}};
  if (IsBroken(Mutation::kTextIsNoNumber)) return {Nil{}};
  site.Note("`tonumber` of a text");
  return {Unknown{}};
}

Values ToNumber(Interpreter& in, Values& arguments) {
  Value value = Resolve(in.Here(), Argument(arguments, 0));
  if (arguments.size() != 1) return {in.Here().Opaque("`tonumber`")};
  bool number = value.As<int64_t>() || value.As<double>() || value.As<Number>();
  if (number || value.IsNil()) return {value};
  if (auto* attribute = value.As<Attribute>()) return {NumberIn(in.Here(), *attribute)};
  return {in.Here().Opaque("`tonumber`")};
}

Values Visit(Interpreter& in, Values& arguments, const Builtin* iterator, const char* name) {
  Value value = Resolve(in.Here(), Argument(arguments, 0));
  bool concrete = value.As<TableObject*>() != nullptr;
  if (concrete) return {{iterator}, value, {Nil{}}};
  bool any = value.As<Tags>() || value.As<Attributes>() || value.As<Attribute>() ||
             value.As<Unknown>() || value.As<Something>();
  if (any) in.Here().GiveUp("a loop over what differs from customer to customer");
  in.Here().Raise(
      fmt::format("bad argument #1 to '{}' (table expected, got {})", name, KindOf(value)));
}

Values Select(Interpreter& in, Values& arguments) {
  Value which = Argument(arguments, 0);
  auto* text = which.As<std::string>();
  auto count = static_cast<int64_t>(arguments.size()) - 1;
  if (text != nullptr && *text == "#") return {{count}};
  auto* index = which.As<int64_t>();
  if (index == nullptr || *index < 1) in.Here().GiveUp("`select` of what is not counted from 1");
  arguments.erase(arguments.begin(), arguments.begin() + std::min(*index, count + 1));
  return arguments;
}

Values Assert(Interpreter& in, Values& arguments) {
  if (in.explorer().Decide(TruthOf(Argument(arguments, 0)))) return arguments;
  in.Here().Raise("assertion failed!");
}

Values Fail(Interpreter& in, Values& arguments) {
  auto* text = Argument(arguments, 0).As<std::string>();
  in.Here().Raise(text != nullptr ? *text : "an error");
}

Values Require(Interpreter& in, Values& arguments) {
  auto* name = Argument(arguments, 0).As<std::string>();
  if (name == nullptr) in.Here().GiveUp("`require` of a name that is not written out");
  return {in.Require(*name)};
}

// The stage's table itself: what a file of segments returns.
Values Declare(Interpreter&, Values& arguments) { return {Argument(arguments, 0)}; }

Values InsertInto(Interpreter& in, Values& arguments) {
  auto* table = Argument(arguments, 0).As<TableObject*>();
  if (table == nullptr || arguments.size() != 2) in.Here().GiveUp("`table.insert` in the middle");
  int64_t end = LengthOf(**table, in.Here()) + 1;
  in.SetMember(**table, {end}, arguments[1], in.line());
  return {};
}

Values Unpack(Interpreter& in, Values& arguments) {
  auto* table = Argument(arguments, 0).As<TableObject*>();
  if (table == nullptr || arguments.size() != 1) in.Here().GiveUp("`table.unpack` of a part");
  Values values;
  for (auto& [index, value] : ListOf(**table)) values.push_back(std::move(value));
  return values;
}

// What is pure, but beyond SQL: its answer is not known, and it may raise.
void AddOpaque(Functions& functions) {
  for (const char* name :
       {"string.format",  "string.gsub", "string.rep",     "string.byte", "string.char",
        "string.reverse", "math.fmod",   "math.modf",      "math.exp",    "math.log",
        "math.sin",       "math.cos",    "math.tan",       "math.asin",   "math.acos",
        "math.atan",      "math.rad",    "math.deg",       "math.ult",    "math.sqrt",
        "math.tointeger", "utf8.char",   "utf8.codepoint", "utf8.len",    "utf8.offset",
        "json.encode",    "json.decode", "rawequal",       "table.concat"}) {
    Add(functions, name, [name](Interpreter& in, Values&) -> Values {
      return {in.Here().Opaque(fmt::format("`{}`", name))};
    });
  }
}

// What works on tables, functions or errors in ways that are not followed here.
void AddRefused(Functions& functions) {
  for (const char* name :
       {"string.gmatch", "table.remove", "table.sort", "table.move", "table.pack", "utf8.codes",
        "json.list", "pcall", "next", "setmetatable", "getmetatable"}) {
    Add(functions, name, [name](Interpreter& in, Values&) -> Values {
      in.Here().GiveUp(fmt::format("`{}`", name));
    });
  }
}

}  // namespace

const Value& Argument(const Values& arguments, size_t index) {
  static const Value kNil{Nil{}};
  return index < arguments.size() ? arguments[index] : kNil;
}

void Add(Functions& functions, const std::string& name,
         std::function<Values(Interpreter&, Values&)> call) {
  functions[name] = {name, std::move(call)};
}

void AddBasics(Functions& functions) {
  Add(functions, "type", TypeOf);
  Add(functions, "tostring", ToText);
  Add(functions, "tonumber", ToNumber);
  Add(functions, "pairs", [](Interpreter& in, Values& arguments) {
    return Visit(in, arguments, PairsIterator(), "pairs");
  });
  Add(functions, "ipairs", [](Interpreter& in, Values& arguments) {
    return Visit(in, arguments, IpairsIterator(), "ipairs");
  });
  Add(functions, "select", Select);
  Add(functions, "assert", Assert);
  Add(functions, "error", Fail);
  Add(functions, "require", Require);
  Add(functions, "table.insert", InsertInto);
  Add(functions, "table.unpack", Unpack);
  for (const char* kind : {"segment", "ingest", "deliver", "receipt", "summarize", "route"}) {
    Add(functions, kind, Declare);
  }
  AddOpaque(functions);
  AddRefused(functions);
}

const Builtin* PairsIterator() {
  static const Builtin kIterator{"the iterator of pairs", [](Interpreter& in, Values&) -> Values {
                                   in.Here().GiveUp("the iterator of `pairs` outside a loop");
                                 }};
  return &kIterator;
}

const Builtin* IpairsIterator() {
  static const Builtin kIterator{"the iterator of ipairs", [](Interpreter& in, Values&) -> Values {
                                   in.Here().GiveUp("the iterator of `ipairs` outside a loop");
                                 }};
  return &kIterator;
}

const std::map<std::string, Builtin>& Library() {
  static const Functions kLibrary = [] {
    Functions functions;
    AddBasics(functions);
    AddQuestions(functions);
    AddTimes(functions);
    AddTexts(functions);
    AddNumbers(functions);
    return functions;
  }();
  return kLibrary;
}

std::vector<std::pair<Value, Value>> ListOf(const TableObject& table) {
  std::vector<std::pair<Value, Value>> list;
  for (int64_t index = 1;; ++index) {
    auto found = table.members.find(index);
    if (found == table.members.end()) return list;
    list.push_back(found->second);
  }
}

// With gaps, Lua's answer depends on how the table was made.
int64_t LengthOf(const TableObject& table, const Site& site) {
  auto length = static_cast<int64_t>(ListOf(table).size());
  for (const auto& [key, member] : table.members) {
    auto* index = std::get_if<int64_t>(&key);
    if (index != nullptr && *index > length) site.GiveUp("the length of a list with gaps");
  }
  return length;
}

}  // namespace tidings::rule::symbolic
