#include "lua/script.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "lua/active_lines.h"
#include "lua/convert.h"
#include "lua/freeze.h"
#include "lua/library.h"
#include "lua/outcome.h"
#include "lua/row_view.h"
#include "lua/sandbox.h"
#include "lua/source.h"
#include "lua/stage_table.h"

namespace tidings::lua {
namespace {

constexpr size_t kMaxSource = size_t{1} << 20;
constexpr int kExplain = 1, kFunction = 2, kRow = 3;  // what stays at the bottom of the stack

// "scripts/ingest/tidy.lua" -> "ingest/tidy.lua".
std::string ShortName(const std::filesystem::path& file) {
  auto folder = file.parent_path().filename();
  return (folder.empty() ? file.filename() : folder / file.filename()).string();
}

// The plain members of the table at `index`, without the name.
Json ReadMeta(lua_State* L, int index) {
  Json meta = Json::object();
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING || lua_isfunction(L, -1)) continue;
    std::string name(TextAt(L, -2));
    if (name != "name") meta[name] = ToJson(L, -1);
  }
  return meta;
}

}  // namespace

class Script::Impl {
 public:
  Impl(std::string file, const Limits& limits, const Options& options)
      : context_(limits, options),
        view_(options.row_type == nullptr ? CustomerRow() : *options.row_type),
        file_(std::move(file)),
        name_(file_) {}

  Status Open(std::string_view source);
  Result<bool> Test(const Row& row);
  Result<Json> Call(const Json& argument);

  ScriptKind kind() const { return kind_; }
  const std::string& name() const { return name_; }
  const Json& meta() const { return meta_; }
  void SetNow(Time now) { context_.now = now; }

 private:
  struct Loading {
    Impl& self;
    std::string_view source;
  };
  struct Calling {
    Impl& self;
    const Json& argument;
    Json outcome;
  };

  static int LoadBody(lua_State* L);
  static int CallBody(lua_State* L);
  void Load(lua_State* L, std::string_view source);
  void NoteLines(lua_State* L, ScriptCoverage& coverage);
  void Keep(lua_State* L);

  Status Run(lua_CFunction body, void* data, int results);
  tl::unexpected<Error> Failure(int status);
  Error Explained(int status, std::string text) const;

  Context context_;
  RowView view_;
  State state_;  // after what it points at
  const std::string file_;
  ScriptKind kind_ = ScriptKind::kSegment;
  std::string name_;
  Json meta_;
};

// Runs `body` protected, with `data` and the script's function (once there is one) as its
// arguments; its `results` stay on the stack.
Status Script::Impl::Run(lua_CFunction body, void* data, int results) try {
  lua_State* L = state_.get();
  context_.budget.Arm(L);
  int explain = lua_gettop(L) < kExplain ? 0 : kExplain;
  lua_pushcfunction(L, body);
  lua_pushlightuserdata(L, data);
  if (lua_gettop(L) > kRow + 1)
    lua_pushvalue(L, kFunction);
  else
    lua_pushnil(L);
  int status = lua_pcall(L, 2, results, explain);
  if (status != LUA_OK) return Failure(status);
  return {};
} catch (const Panic&) {
  return Fail(Code::kInternal, file_ + ": Lua gave up outside of any call");
}

tl::unexpected<Error> Script::Impl::Failure(int status) {
  lua_State* L = state_.get();
  std::string text(TextAt(L, -1));
  lua_settop(L, std::min(lua_gettop(L), kRow));
  context_.budget.Tidy(L);
  return Fail(Explained(status, std::move(text)));
}

// A limit that was passed is named even where another error came up on the way out.
Error Script::Impl::Explained(int status, std::string text) const {
  const Budget& budget = context_.budget;
  if (budget.tripped()) {
    Error reason = budget.reason();
    if (text.find(reason.message) == std::string::npos) text = file_ + ": " + reason.message;
    return {reason.code, std::move(text)};
  }
  if (status == LUA_ERRMEM) {
    std::string place = budget.location()[0] == '\0' ? file_ + ": " : budget.location();
    return {Code::kResourceExhausted, place + budget.refusal()};
  }
  if (status != LUA_ERRRUN) text = file_ + ": the error could not be told: " + text;
  return {Code::kInvalidArgument, std::move(text)};
}

Status Script::Impl::Open(std::string_view source) {
  if (source.size() > kMaxSource) {
    return Fail(Code::kInvalidArgument, file_ + ": a script may have at most 1 MiB");
  }
  state_.reset(context_.budget.NewState());
  if (!state_) return Fail(Code::kResourceExhausted, file_ + ": no memory for a Lua state");
  lua_atpanic(state_.get(), OnPanic);
  TRY(Run(Guarded<OpenSandbox>, &context_, 0));
  lua_pushcfunction(state_.get(), Explain);
  Loading loading{*this, source};
  return Run(Guarded<LoadBody>, &loading, 2);  // kFunction and kRow
}

int Script::Impl::LoadBody(lua_State* L) {
  auto& loading = *static_cast<Loading*>(lua_touserdata(L, 1));
  lua_settop(L, 0);
  loading.self.Load(L, loading.source);
  return 2;
}

void Script::Impl::Load(lua_State* L, std::string_view source) {
  LoadSource(L, source, file_);
  if (context_.options.coverage != nullptr) NoteLines(L, *context_.options.coverage);
  lua_call(L, 0, 1);
  auto kind = DeclaredKind(L, -1);
  if (!kind.has_value()) {
    luaL_error(L,
               "%s: a script ends with `return segment { ... }`, or ingest, deliver, receipt, "
               "summarize or route instead of segment",
               file_.c_str());
  }
  kind_ = *kind;
  Keep(L);
}

// Of the script on top of the stack, which is about to run.
void Script::Impl::NoteLines(lua_State* L, ScriptCoverage& coverage) {
  coverage.script.Expect(ActiveLines(L));
  context_.budget.WatchLines(L, [this, &coverage](lua_State* at, lua_Debug* activation) {
    lua_getinfo(at, "Sl", activation);
    std::string_view file = std::string_view(activation->source).substr(1);  // behind an @
    auto module = coverage.lib.find(std::string(file));
    if (module != coverage.lib.end()) module->second.Reach(activation->currentline);
    if (file == file_) coverage.script.Reach(activation->currentline);
  });
}

// Of the stage's table at 1: takes its words, freezes all that it reaches, and leaves on the stack
// what Test and Call need: its function and the row.
void Script::Impl::Keep(lua_State* L) {
  lua_getfield(L, 1, "name");
  if (lua_isstring(L, -1)) name_ = TextAt(L, -1);
  meta_ = ReadMeta(L, 1);
  lua_settop(L, 1);
  lua_getfield(L, 1, FunctionName(kind_));
  PushGlobals(L);
  PushModules(L);
  FreezeReachable(L, 1);
  lua_settop(L, 2);
  view_.Push(L);
  context_.loaded = true;
}

Result<bool> Script::Impl::Test(const Row& row) try {
  if (kind_ != ScriptKind::kSegment || row.type != &view_.type()) {
    return Fail(Code::kInvalidArgument, file_ + ": is not a segment over rows of this type");
  }
  lua_State* L = state_.get();
  context_.budget.Arm(L);
  view_.Show(row);
  lua_pushvalue(L, kFunction);
  lua_pushvalue(L, kRow);
  int status = lua_pcall(L, 1, 1, kExplain);
  view_.Hide();
  bool matches = status == LUA_OK && lua_toboolean(L, -1);
  RestoreUpvalues(L);
  if (status != LUA_OK) return Failure(status);
  lua_settop(L, kRow);
  context_.budget.Tidy(L);
  return matches;
} catch (const Panic&) {
  return Fail(Code::kInternal, file_ + ": Lua gave up outside of any call");
}

Result<Json> Script::Impl::Call(const Json& argument) {
  if (kind_ == ScriptKind::kSegment) {
    return Fail(Code::kInvalidArgument, file_ + ": a segment is tested, not called");
  }
  Calling calling{*this, argument, {}};
  Status status = Run(Guarded<CallBody>, &calling, 0);
  RestoreUpvalues(state_.get());
  context_.budget.Tidy(state_.get());
  if (!status.has_value()) return Fail(std::move(status.error()));
  return std::move(calling.outcome);
}

int Script::Impl::CallBody(lua_State* L) {
  auto& calling = *static_cast<Calling*>(lua_touserdata(L, 1));
  ScriptKind kind = calling.self.kind_;
  bool route = kind == ScriptKind::kRoute;
  if (route) {
    PushJson(L, calling.argument.value("message", Json::object()));
    PushJson(L, calling.argument.value("vendors", Json::array()));
  } else {
    PushJson(L, calling.argument);
  }
  lua_call(L, route ? 2 : 1, 2);
  calling.outcome = TakeOutcome(L, kind, calling.argument);
  return 0;
}

Script::Script(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Script::~Script() = default;

Result<std::unique_ptr<Script>> Script::LoadText(std::string name, std::string_view text,
                                                 const Limits& limits, const Options& options) {
  std::unique_ptr<Script> script(
      new Script(std::make_unique<Impl>(std::move(name), limits, options)));
  TRY(script->impl_->Open(text));
  return script;
}

Result<std::unique_ptr<Script>> Script::Load(const std::filesystem::path& file,
                                             const Limits& limits, const Options& options) {
  TRY_ASSIGN(std::string text, ReadFile(file));
  return LoadText(ShortName(file), text, limits, options);
}

ScriptKind Script::kind() const { return impl_->kind(); }
const std::string& Script::name() const { return impl_->name(); }
const Json& Script::meta() const { return impl_->meta(); }
void Script::SetNow(Time now) { impl_->SetNow(now); }
Result<bool> Script::Test(const Row& row) { return impl_->Test(row); }
Result<Json> Script::Call(const Json& argument) { return impl_->Call(argument); }

}  // namespace tidings::lua
