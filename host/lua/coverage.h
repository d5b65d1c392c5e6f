// Which lines of a script its cases have run.
//
// A line counts where Lua has an instruction for it that can be reached. So the lines of a table
// that is made when the file is loaded count, and loading reaches them, as it does the `end` on
// which a function is made; comments and blank lines do not count.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace tidings::lua {

// Of one file. The same one may be loaded again with the same Coverage.
class Coverage {
 public:
  void Expect(std::set<int> lines) { lines_ = std::move(lines); }
  void Reach(int line) { reached_.insert(line); }
  // What others have reached of the same file counts too.
  void Add(const Coverage& other);

  int lines() const { return static_cast<int>(lines_.size()); }  // that count
  std::vector<int> Missed() const;                               // of those, rising
  // Of a hundred lines that count, how many were reached; 100 only where all were.
  int Percent() const;

 private:
  std::set<int> lines_, reached_;
};

// Of a script and of the files that it requires, by name ("lib/dates.lua"). Give one to Options,
// and it is told which lines count and which ones run, from loading on. Noting lines makes a script
// several times slower: for running cases only.
struct ScriptCoverage {
  Coverage script;
  std::map<std::string, Coverage> lib;
};

}  // namespace tidings::lua
