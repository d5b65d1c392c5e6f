#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.h"

namespace tidings::log {
namespace {

Format g_format = Format::kText;

spdlog::logger& Logger() {
  static auto logger = [] {
    auto made = std::make_shared<spdlog::logger>(
        "tidings", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *logger;
}

spdlog::level::level_enum SpdlogLevel(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarning: return spdlog::level::warn;
    case Level::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

// A line break inside a message would let input forge log lines.
std::string OneLine(std::string_view message) {
  std::string line;
  for (char c : message) {
    if (c == '\n')
      line += " | ";
    else if (static_cast<unsigned char>(c) >= ' ' || c == '\t')
      line += c;
  }
  return line;
}

}  // namespace

void Configure(Level level, Format format) {
  g_format = format;
  Logger().set_level(SpdlogLevel(level));
  if (format == Format::kJson) {
    Logger().set_pattern("{\"time\":\"%Y-%m-%dT%H:%M:%S.%fZ\",\"level\":\"%l\",%v}",
                         spdlog::pattern_time_type::utc);
  }
}

void Write(Level level, std::string_view component, std::string_view message) {
  auto spd = SpdlogLevel(level);
  if (!Logger().should_log(spd)) return;
  if (g_format == Format::kJson) {
    Logger().log(spd, "\"component\":{},\"message\":{}", ToLine(Json(component)),
                 ToLine(Json(message)));
  } else {
    Logger().log(spd, "{}: {}", component, OneLine(message));
  }
}

}  // namespace tidings::log
