#include "rule/symbolic_interpreter.h"

#include <algorithm>
#include <limits>
#include <numbers>

#include "rule/symbolic_library.h"

namespace tidings::rule::symbolic {

// "string.lower" becomes the member `lower` of the global table `string`.
Interpreter::Interpreter(Time now, const Modules& modules, bool descending)
    : now_(now), modules_(modules), descending_(descending) {
  auto member = [this](const std::string& table, const std::string& name, Value value) {
    Value& holder = globals_[table];
    if (holder.IsNil()) holder = {NewTable()};
    (*holder.As<TableObject*>())->members[name] = {{name}, std::move(value)};
  };
  for (const auto& [name, builtin] : Library()) {
    size_t dot = name.find('.');
    if (dot == std::string::npos)
      globals_[name] = {&builtin};
    else
      member(name.substr(0, dot), name.substr(dot + 1), {&builtin});
  }
  member("math", "pi", {std::numbers::pi});
  member("math", "huge", {std::numeric_limits<double>::infinity()});
  member("math", "maxinteger", {std::numeric_limits<int64_t>::max()});
  member("math", "mininteger", {std::numeric_limits<int64_t>::min()});
  member("json", "null", {Unknown{}});
  member("utf8", "charpattern", {Unknown{}});
}

Site Interpreter::At(int line) {
  if (file_ == main_) return {explorer_, now_, line, unsaid_, remarks_};
  return {explorer_, now_, called_at_, unsaid_, remarks_, file_, line};
}

std::vector<Remark> Interpreter::Remarks(bool complete) const {
  auto remarks = remarks_;
  for (const auto& [line, taken] : branches_) {
    if (!taken && complete && !asked_now_)
      remarks.push_back({line, "this branch is never taken", {}});
  }
  std::sort(remarks.begin(), remarks.end(),
            [](const Remark& a, const Remark& b) { return a.line < b.line; });
  return remarks;
}

Value Interpreter::Load(const Source& source) {
  if (main_ == nullptr) main_ = &source.name;
  closures_.push_back({source.body.get(), {}, &source.name});
  Values values = Run(closures_.back(), {}, false);
  return values.empty() ? Value{Nil{}} : std::move(values.front());
}

Value Interpreter::Require(const std::string& name) {
  auto known = loaded_.find(name);
  if (known != loaded_.end()) return known->second;
  if (frozen_) Here().Raise("`require` belongs at the top of the file");
  auto source = modules_(name);
  if (!source.has_value()) Here().GiveUp(source.error().message);
  Value module = Load(**source);
  loaded_[name] = module;
  return module;
}

}  // namespace tidings::rule::symbolic
