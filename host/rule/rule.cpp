#include "rule/rule.h"

#include <fmt/format.h>

#include "base/text.h"
#include "lua/script.h"
#include "rule/english.h"
#include "rule/json_frontend.h"
#include "rule/matcher.h"
#include "rule/sql.h"
#include "rule/tree.h"

namespace tidings::rule {

struct Rule::State {
  std::string language;
  std::string source;
  std::string name;
  std::string file;          // what errors of a Lua rule are said to be in
  std::optional<Node> tree;  // of a JSON rule
  std::filesystem::path lib;
  lua::Limits limits;
};

namespace {

Result<std::unique_ptr<lua::Script>> LoadScript(const std::string& name, const std::string& text,
                                                const std::filesystem::path& lib,
                                                const lua::Limits& limits, Time now) {
  lua::Options options;
  options.lib = lib;
  options.now = now;
  TRY_ASSIGN(auto script, lua::Script::LoadText(name, text, limits, options));
  if (script->kind() == lua::ScriptKind::kSegment) return script;
  return Fail(Code::kInvalidArgument, fmt::format("{}: is a script of kind {}, not a segment", name,
                                                  lua::KindName(script->kind())));
}

}  // namespace

Result<Rule> Rule::FromJson(std::string_view text) {
  TRY_ASSIGN(Node tree, ParseJsonRule(text));
  return Rule(
      std::make_shared<State>(State{"json", std::string(text), "", "", std::move(tree), {}, {}}));
}

Result<Rule> Rule::FromLua(std::string name, std::string text, const std::filesystem::path& lib,
                           const lua::Limits& limits) {
  TRY_ASSIGN(auto script, LoadScript(name, text, lib, limits, Time()));
  return Rule(std::make_shared<State>(
      State{"lua", std::move(text), script->name(), std::move(name), std::nullopt, lib, limits}));
}

Result<Rule> Rule::Parse(std::string_view language, std::string source,
                         const std::filesystem::path& lib, const lua::Limits& limits) {
  if (language == "json") return FromJson(source);
  if (language == "lua") return FromLua("segment", std::move(source), lib, limits);
  return Fail(Code::kInvalidArgument,
              fmt::format("a rule is written in \"json\" or \"lua\", not in `{}`{}", language,
                          DidYouMean(language, {"json", "lua"})));
}

const std::string& Rule::language() const { return state_->language; }
const std::string& Rule::source() const { return state_->source; }
const std::string& Rule::name() const { return state_->name; }
const Node* Rule::tree() const { return state_->tree ? &*state_->tree : nullptr; }
bool Rule::IsSql() const { return state_->tree.has_value(); }

Sql Rule::ToSql(Time now, int first_param) const {
  return WriteSql(state_->tree.value(), now, first_param);
}

Result<std::unique_ptr<Matcher>> Rule::NewMatcher(Time now) const {
  if (state_->tree) return NewTreeMatcher(*state_->tree, now);
  TRY_ASSIGN(auto script,
             LoadScript(state_->file, state_->source, state_->lib, state_->limits, now));
  return NewScriptMatcher(std::move(script), state_->source.find("orders") != std::string::npos);
}

std::string Rule::ToEnglish() const {
  if (state_->tree) return WriteEnglish(*state_->tree);
  return "customers chosen by the script “" + state_->name + "”";
}

}  // namespace tidings::rule
