// Random segment scripts, and smaller ones of the same kind; for tests.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"

namespace tidings::rule {

// A piece of Lua: `text` with each "$0", "$1", ... in it replaced by a child. `kind` says what may
// stand in its place: 'b' a condition, 'n' a number, 's' a text, 'v' any value, 'S' statements that
// end in a return.
struct Piece {
  char kind;
  std::string text;
  std::vector<Piece> children;

  std::string Print() const;
};

// Makes rules of every construct that the symbolic evaluation knows, and of some that it does not.
class LuaMaker {
 public:
  explicit LuaMaker(Random& random) : random_(random) {}

  Piece Rule() { return Statements(3); }
  // The whole file.
  static std::string FileOf(const Piece& rule);

 private:
  template <size_t N>
  const char* Pick(const char* const (&pool)[N]) {
    return pool[random_.Below(N)];
  }
  std::string Local() { return "v" + std::to_string(++locals_); }

  Piece Statements(int depth);
  Piece Condition(int depth);
  Piece SimpleCondition(int depth);
  Piece Comparison(int depth);
  Piece OrderQuestion();
  Piece Number(int depth);
  Piece Text(int depth);
  Piece AnyValue(int depth);
  Piece Filter();

  Random& random_;
  int locals_ = 0;
};

// Every piece that is `rule` with one part of it made smaller, the largest steps first.
std::vector<Piece> Smaller(const Piece& rule);

}  // namespace tidings::rule
