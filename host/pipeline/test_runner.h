// A runner that does what its batch says, and workers that drive it, for the tests of this folder.
#pragma once

#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bus/context.h"
#include "pipeline/worker.h"

namespace tidings::pipeline {

// Tasks: "echo X" answers X; "sleep MS" takes its time, ends early when cancelled; "hang MS" does
// not; "invalid" and "away" fail the batch; "crash" ends the process. Messages are accepted.
class TestRunner : public Runner {
 public:
  TestRunner(const std::atomic<bool>* cancelled, std::string version)
      : cancelled_(cancelled), version_(std::move(version)) {}

  Result<Outcome> Process(const Batch& batch) override {
    Outcome outcome;
    outcome.verdicts.resize(batch.size());
    if (const auto* tasks = std::get_if<std::vector<Task>>(&batch.items)) {
      for (size_t i = 0; i < tasks->size(); ++i) {
        if (auto status = Obey((*tasks)[i].facts); !status) return Fail(status.error());
        outcome.texts.push_back({i, (*tasks)[i].facts.substr((*tasks)[i].facts.find(' ') + 1)});
      }
    }
    return outcome;
  }

  const std::string& name() const override { return name_; }
  const std::string& version() const override { return version_; }

 private:
  Status Obey(const std::string& order) {
    if (order == "invalid") return Fail(Code::kInvalidArgument, "that is no order");
    if (order == "away") return Fail(Code::kUnavailable, "the vendor is away");
    if (order == "crash") ::_exit(9);
    if (order.starts_with("sleep ") || order.starts_with("hang ")) {
      bool patient = order.starts_with("hang ");
      for (int left = std::stoi(order.substr(order.find(' '))); left > 0; --left) {
        if (!patient && *cancelled_) return Fail(Code::kCancelled, "stopped early");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
    return {};
  }

  const std::atomic<bool>* cancelled_;
  std::string name_ = "test_runner", version_;
};

// A worker on a thread of its own. Ends by Drain when it goes.
class WorkerThread {
 public:
  WorkerThread(bus::Context& context, WorkerOptions options)
      : worker_(context, std::move(options), [](const std::atomic<bool>* cancelled) {
          return std::make_unique<TestRunner>(cancelled, "1.0");
        }) {
    thread_ = std::thread([this] { status_ = worker_.Run(); });
  }
  ~WorkerThread() {
    worker_.Drain();
    if (thread_.joinable()) thread_.join();
  }

  Worker& worker() { return worker_; }
  Status Join() {
    thread_.join();
    return status_;
  }

 private:
  Worker worker_;
  Status status_;
  std::thread thread_;
};

}  // namespace tidings::pipeline
