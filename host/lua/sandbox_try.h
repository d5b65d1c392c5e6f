// For the tests of the sandbox: runs a few lines as a script that is up to no good.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "lua/script.h"

namespace tidings::lua {

// Small limits, so that the tests are quick; generous time, for slow sanitizers.
inline Limits Small() {
  Limits limits;
  limits.instructions = 2'000'000;
  limits.wall = std::chrono::seconds(20);
  limits.memory = size_t{8} << 20;
  return limits;
}

struct Tried {
  std::string text;  // what the script wrote, or the error
  bool failed = false;
  Code code = Code::kInternal;
  std::chrono::milliseconds took{};
};

// A whole script, which is loaded and called once.
inline Tried TryWhole(const std::string& source, const Limits& limits = Small()) {
  auto began = std::chrono::steady_clock::now();
  Tried tried;
  auto script = Script::LoadText("test/it.lua", source, limits, {});
  auto answer = script.has_value() ? (*script)->Call({}) : Result<Json>(Fail(script.error()));
  tried.failed = !answer.has_value();
  tried.text = answer.has_value() ? answer->get<std::string>() : answer.error().message;
  if (tried.failed) tried.code = answer.error().code;
  tried.took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  return tried;
}

// The body of a function that writes "done" unless it returns something else.
inline Tried Try(const std::string& body, const Limits& limits = Small()) {
  return TryWhole(
      "return summarize { write = function(task) do " + body + "\nend return 'done' end }", limits);
}

// A limit ends it, and soon.
inline void ExpectStopped(const std::string& body, const Limits& limits = Small()) {
  Tried tried = Try(body, limits);
  EXPECT_TRUE(tried.failed) << body << " -> " << tried.text;
  EXPECT_EQ(tried.code, Code::kResourceExhausted) << body << " -> " << tried.text;
  EXPECT_LT(tried.took.count(), 10'000) << body;
}

// An error with these words ends it.
inline void ExpectRefused(const std::string& body, const std::string& why) {
  Tried tried = Try(body);
  EXPECT_TRUE(tried.failed) << body << " -> " << tried.text;
  EXPECT_THAT(tried.text, testing::HasSubstr(why)) << body;
}

}  // namespace tidings::lua
