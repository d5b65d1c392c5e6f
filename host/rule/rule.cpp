#include "rule/rule.h"

#include <fmt/format.h>

#include "base/text.h"
#include "lua/script.h"
#include "rule/english.h"
#include "rule/explain.h"
#include "rule/json_frontend.h"
#include "rule/logic.h"
#include "rule/lua_frontend.h"
#include "rule/matcher.h"
#include "rule/sql.h"
#include "rule/tree.h"

namespace tidings::rule {

struct Rule::State {
  std::string language;
  std::string source;
  std::string name;
  std::string file;          // what errors of a Lua rule are said to be in
  std::optional<Node> tree;  // of a JSON rule, or of a Lua rule that SQL can say
  std::filesystem::path lib;
  lua::Limits limits;
  std::shared_ptr<const LuaProgram> program;  // of a Lua rule
  LuaPlan plan;                               // under kNominal
  std::optional<Node> mistranslation;         // of tests

  LuaPlan PlanFor(Time now) const;
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

std::optional<Ways> WaysOf(const Node& node, Time now) {
  if (IsFalse(node)) return std::nullopt;
  return WriteWays(node, now);
}

}  // namespace

std::string Sql::Select(std::string_view columns) const {
  return fmt::format("select {} from {} where {}", columns, from, where);
}

Result<Rule> Rule::FromJson(std::string_view text) {
  TRY_ASSIGN(Node tree, ParseJsonRule(text));
  return Rule(std::make_shared<State>(
      State{.language = "json", .source = std::string(text), .tree = std::move(tree)}));
}

Result<Rule> Rule::FromLua(std::string name, std::string text, const std::filesystem::path& lib,
                           const lua::Limits& limits) {
  TRY_ASSIGN(auto program, LuaProgram::Parse(name, text, lib));
  TRY_ASSIGN(auto script, LoadScript(name, text, lib, limits, Time()));
  LuaPlan plan = program->nominal();
  std::optional<Node> tree;
  if (IsFalse(plan.asked)) tree = plan.chosen;
  return Rule(std::make_shared<State>(State{"lua", std::move(text), script->name(), std::move(name),
                                            std::move(tree), lib, limits, std::move(program),
                                            std::move(plan)}));
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

Pushdown Rule::PushDown(Time now) const {
  LuaPlan plan = state_->PlanFor(now);
  return {WaysOf(plan.chosen, now), WaysOf(plan.asked, now), WaysOf(plan.failed, now)};
}

Result<std::unique_ptr<Matcher>> Rule::NewMatcher(Time now, Fields fields) const {
  if (!state_->program) return NewTreeMatcher(*state_->tree, now);
  TRY_ASSIGN(auto script,
             LoadScript(state_->file, state_->source, state_->lib, state_->limits, now));
  const LuaProgram& program = *state_->program;
  return NewScriptMatcher(std::move(script), [&](const std::string& field) {
    return fields == Fields::kAll || program.Names(field);
  });
}

LuaPlan Rule::State::PlanFor(Time now) const {
  if (mistranslation) return {*mistranslation, False(), False(), {}, {}};
  return program ? program->PlanFor(now) : LuaPlan{*tree, False(), False(), {}, {}};
}

std::string Rule::ToEnglish() const {
  if (state_->tree) return WriteEnglish(*state_->tree);
  return "customers chosen by the script “" + state_->name + "”";
}

std::string Rule::ToEnglish(Time now) const {
  LuaPlan plan = state_->PlanFor(now);
  return IsFalse(plan.asked) ? WriteEnglish(plan.chosen) : ToEnglish();
}

std::vector<Clause> Rule::Clauses(Time now) const {
  LuaPlan plan = state_->PlanFor(now);
  return ClausesOf({plan.chosen, plan.asked});
}

// A remark about customers is about those for whom the rule fails, as far as SQL knows them.
std::vector<Remark> Rule::Remarks(Time now) const {
  LuaPlan plan = state_->PlanFor(now);
  std::vector<Remark> remarks;
  for (const auto& [line, text, whom] : plan.remarks) {
    std::optional<Ways> customers;
    if (whom) customers = WaysOf(And({Or({plan.failed, plan.asked}), *whom}), now);
    remarks.push_back({line, text, std::move(customers)});
  }
  return remarks;
}

std::vector<StaysInLua> Rule::InLua() const {
  std::vector<StaysInLua> lines;
  for (const auto& [line, why] : state_->plan.notes) lines.push_back({line, why});
  return lines;
}

std::vector<int> Rule::InSql() const {
  std::set<int> lines = state_->plan.lines;
  for (const auto& note : state_->plan.notes) lines.erase(note.line);
  return {lines.begin(), lines.end()};
}

std::vector<ClauseResult> Rule::Explain(const lua::Row& row, Time now) const {
  LuaPlan plan = state_->PlanFor(now);
  auto matcher = IsFalse(plan.asked) ? nullptr : NewMatcher(now).value_or(nullptr);
  bool script_says = matcher && matcher->Match(row);
  return ExplainClauses({plan.chosen, plan.asked}, row, now, script_says);
}

Rule Rule::Mistranslated(const Node& sql) const {
  auto state = std::make_shared<State>(*state_);
  state->mistranslation = sql;
  return Rule(std::move(state));
}

}  // namespace tidings::rule
