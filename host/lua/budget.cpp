#include "lua/budget.h"

#include <bit>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"

namespace tidings::lua {
namespace {

constexpr size_t kNode = 24;    // bytes of a table's named member in Lua 5.4
constexpr size_t kHeader = 32;  // at most, of a string

}  // namespace

lua_State* Budget::NewState() {
  state_ = lua_newstate(&Budget::Allocate, this);
  if (state_ != nullptr) *static_cast<Budget**>(lua_getextraspace(state_)) = this;
  return state_;
}

// Of a new block Lua says what kind of object it is for; 0 is a part of one.
void* Budget::Allocate(void* self, void* block, size_t old_size, size_t new_size) {
  auto& budget = *static_cast<Budget*>(self);
  if (block == nullptr) return new_size == 0 ? nullptr : budget.New(old_size, new_size);
  if (new_size == 0 && old_size >= kLargeBlock) budget.large_strings_.erase(block);
  return budget.Resize(block, old_size, new_size);
}

void* Budget::New(size_t kind, size_t size) {
  bool text = kind == LUA_TSTRING;
  if (text && size > value_limit() + kHeader) return Refuse(Refusal::kString);
  if (IsOfTable(kind, size) && size / kNode > kMostMembers) return Refuse(Refusal::kTable);
  if (IsOfCallChain(kind, size)) return Refuse(Refusal::kArguments);
  void* block = Resize(nullptr, 0, size);
  if (text && size >= kLargeBlock && block != nullptr) large_strings_.insert(block);
  return block;
}

// The named members of a table are a power of two of nodes, in a new block whenever it grows.
bool Budget::IsOfTable(size_t kind, size_t size) {
  return kind == 0 && size % kNode == 0 && std::has_single_bit(size / kNode);
}

// Each link of the chain moves all arguments to make room for one more, until the stack has to
// grow.
bool Budget::IsOfCallChain(size_t kind, size_t size) const {
  return kind == 0 && size >= kLargeBlock && state_ != nullptr &&
         lua_gettop(state_) > kMostArguments;
}

// Up to a quarter over the limit is given, with the hook set to raise at the next instruction: an
// error there has its line and traceback, an allocation refused has neither.
void* Budget::Resize(void* block, size_t old_size, size_t new_size) {
  if (new_size == 0) {
    std::free(block);
    used_ -= old_size;
    return nullptr;
  }
  bool grows = new_size > old_size;
  size_t after = used_ - old_size + new_size;
  if (grows && after > limits_.memory + limits_.memory / 4) return Refuse(Refusal::kMemory);
  void* result = std::realloc(block, new_size);
  if (result == nullptr) return nullptr;
  used_ = after;
  bool look = grows && (new_size >= kLargeBlock || after > limits_.memory);
  if (look && hooked_ > 1) Hook(state_, 1);
  return result;
}

// The interpreter answers a refusal with a full collection and asks once more, which takes long:
// hence the charge, and the look at the next instruction. Nothing here allocates, raises or runs
// code of the script.
void* Budget::Refuse(Refusal refusal) {
  refusal_ = refusal;
  unseen_ += kCollectionCost;
  if (state_ != nullptr && hooked_ > 1) Hook(state_, 1);
  NoteLocation();
  return nullptr;
}

void Budget::NoteLocation() {
  lua_Debug activation;
  for (int level = 0; state_ != nullptr && lua_getstack(state_, level, &activation); ++level) {
    lua_getinfo(state_, "Sl", &activation);
    if (activation.currentline <= 0) continue;
    auto end = fmt::format_to_n(location_, sizeof location_ - 1, "{}:{}: ", activation.short_src,
                                activation.currentline);
    *end.out = '\0';
    return;
  }
}

std::string Budget::refusal() const {
  switch (refusal_) {
    case Refusal::kMemory:
      return fmt::format("wanted more than its {} MiB of memory", limits_.memory >> 20);
    case Refusal::kString:
      return fmt::format("wanted a string of over {} bytes", WithThousands(value_limit()));
    case Refusal::kTable:
      return fmt::format("wanted a table with over {} named members", WithThousands(kMostMembers));
    case Refusal::kArguments:
      return fmt::format("passes over {} arguments; does a __call lead to itself?",
                         WithThousands(kMostArguments));
  }
  return "";
}

void Budget::Hook(lua_State* L, int every) {
  hooked_ = every;
  lua_sethook(L, &Budget::OnHook, LUA_MASKCOUNT | (on_line_ ? LUA_MASKLINE : 0), every);
}

void Budget::WatchLines(lua_State* L, std::function<void(lua_State*, lua_Debug*)> on_line) {
  on_line_ = std::move(on_line);
  Hook(L, hooked_);
}

void Budget::OnHook(lua_State* L, lua_Debug* activation) {
  Budget& budget = Of(L);
  if (activation->event == LUA_HOOKLINE) return budget.on_line_(L, activation);
  budget.unseen_ += budget.hooked_;
  budget.Settle(L);
}

void Budget::Settle(lua_State* L) {
  remaining_ -= unseen_;
  unseen_ = 0;
  if (!tripped_) {
    if (hooked_ != step()) Hook(L, step());
    CheckMemory(L);
    CheckClock();
  }
  if (!tripped_ && remaining_ < 0) {
    Trip(Code::kResourceExhausted,
         fmt::format("used up its {} instructions; is there an endless loop?",
                     WithThousands(limits_.instructions)));
  }
  if (tripped_) Raise(L);
}

void Budget::CheckMemory(lua_State* L) {
  if (used_ <= limits_.memory) return;
  lua_gc(L, LUA_GCCOLLECT);
  remaining_ -= kCollectionCost;
  if (used_ <= limits_.memory) return;
  Trip(Code::kResourceExhausted,
       fmt::format("used more than its {} MiB of memory", limits_.memory >> 20));
}

void Budget::CheckClock() {
  auto now = std::chrono::steady_clock::now();
  if (started_ == std::chrono::steady_clock::time_point()) started_ = now;
  if (now - started_ <= limits_.wall) return;
  Trip(Code::kTimeout, fmt::format("ran longer than its {}", FormatDuration(limits_.wall)));
}

void Budget::Trip(Code code, std::string message) {
  tripped_ = true;
  code_ = code;
  message_ = std::move(message);
}

void Budget::Raise(lua_State* L) {
  if (hooked_ != 1) Hook(L, 1);
  luaL_where(L, 0);
  if (lua_rawlen(L, -1) == 0) {  // inside a library function: its caller's line
    lua_pop(L, 1);
    luaL_where(L, 1);
  }
  lua_pushstring(L, message_.c_str());
  lua_concat(L, 2);
  lua_error(L);
  std::abort();  // lua_error does not return
}

}  // namespace tidings::lua
