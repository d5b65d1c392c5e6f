// Which lines of a script its cases have run.
//
// A line counts where Lua has an instruction for it that can be reached. So the lines of a table
// that is made when the file is loaded count, and loading reaches them, as it does the `end` on
// which a function is made; comments and blank lines do not count.
#pragma once

#include <set>
#include <vector>

namespace tidings::lua {

// Give one to Options, and it is told which lines count and which ones run, from loading on; of the
// script itself, not of what that requires. The same script may be loaded again with the same one.
// Noting lines makes a script several times slower: for running cases only.
class Coverage {
 public:
  void Expect(std::set<int> lines) { lines_ = std::move(lines); }
  void Reach(int line) { reached_.insert(line); }

  int lines() const { return static_cast<int>(lines_.size()); }  // that count
  std::vector<int> Missed() const;                               // of those, rising
  // Of a hundred lines that count, how many were reached; 100 only where all were.
  int Percent() const;

 private:
  std::set<int> lines_, reached_;
};

}  // namespace tidings::lua
