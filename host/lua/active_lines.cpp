#include "lua/active_lines.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::lua {
namespace {

// What an instruction does to the flow of control; see lopcodes.h of Lua 5.4. All that are not
// named here go on to the next one.
enum Opcode : unsigned {
  kLoadFalseSkip = 6,
  kJump = 56,
  kFirstTest = 57,  // a test leaves out the next instruction or not
  kLastTest = 67,
  kTailCall = 69,
  kReturn = 70,
  kReturn1 = 72,
  kForLoop = 73,
  kForPrep = 74,
  kTForPrep = 75,
  kTForLoop = 77,
};

// Which instructions of one function can be reached from its first. Lua adds some that cannot: a
// return at the end, a jump over the `else` behind a `return`.
class Flow {
 public:
  explicit Flow(std::string_view code)
      : code_(code), reached_(code.size() / sizeof(uint32_t), false) {}

  std::vector<bool> Run() {
    for (Reach(0); !work_.empty();) {
      size_t at = work_.back();
      work_.pop_back();
      Follow(at);
    }
    return std::move(reached_);
  }

 private:
  void Reach(size_t at) {
    if (at >= reached_.size() || reached_[at]) return;
    reached_[at] = true;
    work_.push_back(at);
  }

  void Follow(size_t at) {
    uint32_t instruction;
    std::memcpy(&instruction, code_.data() + at * sizeof instruction, sizeof instruction);
    size_t next = at + 1, distance = instruction >> 15;
    unsigned opcode = instruction & 0x7f;
    bool leaves = opcode == kTailCall || (opcode >= kReturn && opcode <= kReturn1);
    if (opcode == kJump) return Reach(next + (instruction >> 7) - kJumpOfNone);
    if (opcode == kTForPrep) return Reach(next + distance);
    if (opcode == kLoadFalseSkip) return Reach(next + 1);
    if (leaves) return;
    Reach(next);
    if (opcode >= kFirstTest && opcode <= kLastTest) Reach(next + 1);
    if (opcode == kForPrep) Reach(next + distance + 1);
    if (opcode == kForLoop || opcode == kTForLoop) Reach(next - distance);
  }

  static constexpr size_t kJumpOfNone = (1 << 24) - 1;

  const std::string_view code_;
  std::vector<bool> reached_;
  std::vector<size_t> work_;
};

// lua_getinfo tells the lines of a function that exists; those inside it, which a run may never
// make, are only in the compiled form. This walks that form, as Lua 5.4 writes it: see ldump.c.
class Walker {
 public:
  explicit Walker(std::string_view dump) : rest_(dump) {}

  std::set<int> Run() {
    Skip(kHeader);
    Function();
    return std::move(lines_);
  }

 private:
  static constexpr size_t kHeader =
      4 + 1 + 1 + 6 + 3 + sizeof(lua_Integer) + sizeof(lua_Number) +
      1;  // signature, version, format, check, sizes, samples, upvalues
  static constexpr size_t kUpvalue = 3;
  static constexpr signed char kSeeTable = -128;  // in the place of a step: look the line up

  void Function() {
    Text();  // the source
    int line = Number();
    Number();  // its last line
    Byte();    // parameters
    bool variadic = Byte() != 0;
    Byte();  // registers
    auto reached = Flow(Take(Number() * sizeof(uint32_t))).Run();
    Constants();
    Skip(Number() * kUpvalue);
    for (int nested = Number(); nested > 0; --nested) Function();
    Lines(line, variadic, reached);
    Names();
  }

  void Constants() {
    for (int count = Number(); count > 0; --count) {
      switch (Byte() & 0x0f) {
        case LUA_TNUMBER: Skip(sizeof(lua_Number)); break;
        case LUA_TSTRING: Text(); break;
        default: break;  // nil and booleans are all in their kind
      }
    }
  }

  // Of each instruction, how many lines further it is than the one before. A variadic function
  // begins with an instruction of its own making.
  void Lines(int line, bool variadic, const std::vector<bool>& reached) {
    std::string_view steps = Take(Number());
    std::map<size_t, int> table;
    for (int count = Number(); count > 0; --count) {
      int at = Number();
      table[at] = Number();
    }
    for (size_t i = 0; i < steps.size(); ++i) {
      auto step = static_cast<signed char>(steps[i]);
      line = step == kSeeTable ? table[i] : line + step;
      if (reached.at(i) && (i > 0 || !variadic)) lines_.insert(line);
    }
  }

  void Names() {
    for (int locals = Number(); locals > 0; --locals) {
      Text();
      Number();
      Number();
    }
    for (int upvalues = Number(); upvalues > 0; --upvalues) Text();
  }

  std::string_view Take(size_t size) {
    std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  void Skip(size_t size) { Take(size); }
  unsigned char Byte() { return static_cast<unsigned char>(Take(1).at(0)); }

  // Seven bits a byte, the highest first; the last byte is marked.
  int Number() {
    unsigned number = 0;
    for (;;) {
      unsigned char byte = Byte();
      number = number << 7 | (byte & 0x7f);
      if ((byte & 0x80) != 0) return static_cast<int>(number);
    }
  }

  // A text is one longer than it says, and absent at 0.
  void Text() {
    int size = Number();
    if (size > 1) Skip(size - 1);
  }

  std::string_view rest_;
  std::set<int> lines_;
};

int Append(lua_State*, const void* data, size_t size, void* text) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(data), size);
  return 0;
}

}  // namespace

std::set<int> ActiveLines(lua_State* L) {
  std::string dump;
  lua_dump(L, Append, &dump, 0);
  return Walker(dump).Run();
}

}  // namespace tidings::lua
