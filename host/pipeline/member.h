// One worker of a crew: a thread of this process, or a process.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "pipeline/crew.h"

namespace tidings::pipeline {

// Used by the crew's thread only.
class Crew::Member {
 public:
  explicit Member(std::string name) : name_(std::move(name)) {}
  virtual ~Member() = default;

  const std::string& name() const { return name_; }

  // Whether it has ended by now; then Ending() says how: "" = as it should.
  virtual bool Ended() = 0;
  virtual std::string Ending() = 0;

  // Ends it at once. A thread that hangs cannot be ended: it is cut off, and left alone.
  virtual void Kill() = 0;

 private:
  const std::string name_;
};

Result<std::unique_ptr<Crew::Member>> StartThread(bus::Context& context, const CrewOptions& options,
                                                  const std::string& name);
Result<std::unique_ptr<Crew::Member>> StartProcess(const CrewOptions& options,
                                                   const std::string& name);

}  // namespace tidings::pipeline
