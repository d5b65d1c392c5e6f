// What a script may still use up, and the end of its run when that is gone.
//
// The interpreter calls a hook every 1,000 instructions; the hook takes them off the budget and
// looks at the clock. Once a limit is passed the budget is *tripped*: the hook is set to every
// instruction and raises again each time, so that catching the error gains nothing. Library
// functions whose work grows with their arguments charge for it, because no instruction runs
// meanwhile.
//
// Some instructions of the interpreter itself take long over large things, and no hook comes while
// they do. So what they work on is kept small, by refusing the memory for it: a string of over an
// eighth of all memory; a table of so many named members that moving them, should all of them
// collide, would take seconds; a call with so many arguments as only a chain of __call makes. And
// while there are strings large enough for comparing them to be slow, the hook comes every 10
// instructions.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>

#include <lua.hpp>

#include "base/result.h"
#include "lua/limits.h"

namespace tidings::lua {

// The budget and allocator of one interpreter state. Must outlive the state, and stay where it is.
class Budget {
 public:
  explicit Budget(const Limits& limits) : limits_(limits) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  // An interpreter with this allocator, reachable again by Of(). Null when memory is too small.
  lua_State* NewState();
  static Budget& Of(lua_State* L) { return **static_cast<Budget**>(lua_getextraspace(L)); }

  // Before each run: everything anew. Cheap; the wall clock starts with the first look at it.
  void Arm(lua_State* L) {
    remaining_ = limits_.instructions;
    started_ = {};
    location_[0] = '\0';
    refusal_ = Refusal::kMemory;
    if (hooked_ != step()) Hook(L, step());
    tripped_ = false;
  }

  // After each run, with nothing of it left on the stack. (Inside the next one, what lies in unused
  // places of the stack would still count as used.)
  void Tidy(lua_State* L) {
    if (used_ > limits_.memory / 4 * 3) lua_gc(L, LUA_GCCOLLECT);
  }

  // From a library function: `steps` as many instructions. Raises when the budget is gone.
  void Charge(lua_State* L, size_t steps) {
    unseen_ += static_cast<int64_t>(steps < kMostAtOnce ? steps : kMostAtOnce);
    if (unseen_ >= step()) Settle(L);
  }
  // The same for work over so many bytes (at eight a step).
  void ChargeBytes(lua_State* L, size_t bytes) { Charge(L, bytes / 8 + 1); }

  // From a library function that may have waited long: looks at the clock at once.
  void Look(lua_State* L) { Settle(L); }

  // From now on, `on_line` is told of each line that runs. Costs nothing where it is not used.
  void WatchLines(lua_State* L, std::function<void(lua_State*, lua_Debug*)> on_line);

  bool tripped() const { return tripped_; }
  // Of a run that was stopped: which limit. Valid while tripped().
  Error reason() const { return {code_, message_}; }
  // Why the last allocation was refused, and where it was asked for ("file:line: ", or "").
  std::string refusal() const;
  const char* location() const { return location_; }

  size_t memory_limit() const { return limits_.memory; }
  size_t memory_used() const { return used_; }
  size_t value_limit() const { return limits_.memory / 8; }  // bytes of one string or result

 private:
  static constexpr size_t kMostAtOnce = size_t{1} << 50;
  static constexpr int kStep = 1000, kShortStep = 10;  // instructions between two looks
  static constexpr size_t kLargeBlock = 64 << 10;      // after such an allocation, look at once
  static constexpr size_t kMostMembers = 65'536;       // of one table, not counting its list
  static constexpr int kMostArguments = 10'000;        // of one call
  static constexpr int64_t kCollectionCost = 500'000;  // instructions a forced collection counts as

  enum class Refusal { kMemory, kString, kTable, kArguments };

  static void* Allocate(void* self, void* block, size_t old_size, size_t new_size);
  void* New(size_t kind, size_t size);
  bool IsOfCallChain(size_t kind, size_t size) const;
  static bool IsOfTable(size_t kind, size_t size);
  int step() const { return large_strings_.empty() ? kStep : kShortStep; }
  static void OnHook(lua_State* L, lua_Debug* activation);
  void* Resize(void* block, size_t old_size, size_t new_size);
  void* Refuse(Refusal refusal);
  void NoteLocation();
  void Hook(lua_State* L, int every);
  void Settle(lua_State* L);
  void CheckMemory(lua_State* L);
  void CheckClock();
  void Trip(Code code, std::string message);
  [[noreturn]] void Raise(lua_State* L);

  const Limits limits_;
  lua_State* state_ = nullptr;
  size_t used_ = 0;
  int64_t remaining_ = 0;
  int64_t unseen_ = 0;  // charged but not yet taken off
  int hooked_ = 0;      // instructions between two calls of the hook
  bool tripped_ = false;
  Code code_ = Code::kInternal;
  std::string message_;
  std::chrono::steady_clock::time_point started_;  // of the run; zero until first looked at
  char location_[128] = "";
  Refusal refusal_ = Refusal::kMemory;
  std::unordered_set<void*> large_strings_;
  std::function<void(lua_State*, lua_Debug*)> on_line_;
};

}  // namespace tidings::lua
