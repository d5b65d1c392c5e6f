// Rules over 1,000,000 customers and 3,000,000 orders: those that PostgreSQL can say against the
// same written by hand, one that stays in Lua against a COPY of what it reads, and what it takes to
// compile and to estimate one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/bench.h"

namespace tidings::bench {

class RuleBench {
 public:
  // `conninfo` of a server where a database may be made; its database is not touched.
  explicit RuleBench(std::string conninfo);
  ~RuleBench();

  // The names are known at once; the million customers are made by the first measure that runs.
  std::vector<Measure> Measures();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tidings::bench
