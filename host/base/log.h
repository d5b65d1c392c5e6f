// The log: one line an event on standard error, as text for people or JSON for machines.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace tidings::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Format { kText, kJson };

// Call once, before threads. The default is kInfo and kText.
void Configure(Level level, Format format);

// `component` is the folder or the pipeline/stage that speaks: "pg", "campaigns/email".
// Thread-safe.
void Write(Level level, std::string_view component, std::string_view message);

template <class... Args>
void Debug(std::string_view component, fmt::format_string<Args...> text, Args&&... args) {
  Write(Level::kDebug, component, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void Info(std::string_view component, fmt::format_string<Args...> text, Args&&... args) {
  Write(Level::kInfo, component, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void Warning(std::string_view component, fmt::format_string<Args...> text, Args&&... args) {
  Write(Level::kWarning, component, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void Failure(std::string_view component, fmt::format_string<Args...> text, Args&&... args) {
  Write(Level::kError, component, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace tidings::log
