#include "api/metrics.h"

#include <functional>

#include <fmt/format.h>

namespace tidings::api {
namespace {

using pipeline::StageStatus;
using pipeline::VendorStatus;

std::string Escaped(std::string_view value) {
  std::string escaped;
  for (char c : value) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n')
      escaped += "\\n";
    else
      escaped += c;
  }
  return escaped;
}

void Head(std::string& out, const char* name, const char* type, const char* help) {
  fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void Line(std::string& out, std::string_view name, std::string_view labels, double value) {
  fmt::format_to(std::back_inserter(out), "{}{} {}\n", name,
                 labels.empty() ? "" : fmt::format("{{{}}}", labels), value);
}

std::string StageLabels(const StageStatus& stage) {
  return fmt::format(R"(pipeline="{}",stage="{}",kind="{}")", Escaped(stage.pipeline),
                     Escaped(stage.stage), stage.kind);
}

struct StageFamily {
  const char *name, *type, *help;
  std::function<double(const StageStatus&)> value;
  bool queued_only = false;
};

const StageFamily kStageFamilies[] = {
    {"tidings_stage_items_total", "counter", "Items that the stage has handled.",
     [](auto& s) { return s.processed; }},
    {"tidings_stage_failed_total", "counter", "Items whose batch failed.",
     [](auto& s) { return s.failed; }},
    {"tidings_stage_batches_total", "counter", "Batches that the stage has handled.",
     [](auto& s) { return s.batches; }},
    {"tidings_stage_busy_seconds_total", "counter", "Time spent in plugins and scripts.",
     [](auto& s) { return s.busy_seconds; }},
    {"tidings_stage_lost_workers_total", "counter", "Workers that died or hung.",
     [](auto& s) { return s.lost_workers; }},
    {"tidings_stage_workers", "gauge", "Workers that run now.", [](auto& s) { return s.workers; }},
    {"tidings_stage_failing", "gauge", "1 where the stage's workers crash in a loop.",
     [](auto& s) { return s.failing; }},
    {"tidings_stage_waiting_batches", "gauge", "Batches that wait for a worker.",
     [](auto& s) { return s.waiting; }},
    {"tidings_queue_chunks_ready", "gauge", "Chunks that wait for a lease.",
     [](auto& s) { return s.chunks_ready; }, true},
    {"tidings_queue_chunks_leased", "gauge", "Chunks that are being worked on.",
     [](auto& s) { return s.chunks_leased; }, true},
    {"tidings_queue_retries", "gauge", "Messages that wait for another attempt.",
     [](auto& s) { return s.retries; }, true},
    {"tidings_queue_dead_letters", "gauge", "Messages that were given up.",
     [](auto& s) { return s.dead_letters; }, true},
};

void Stages(std::string& out, const std::vector<StageStatus>& stages) {
  for (const auto& family : kStageFamilies) {
    Head(out, family.name, family.type, family.help);
    for (const auto& stage : stages) {
      if (family.queued_only && !stage.queued) continue;
      Line(out, family.name, StageLabels(stage), family.value(stage));
    }
  }
}

void Vendors(std::string& out, const std::vector<StageStatus>& stages) {
  auto each = [&](const char* name, auto write) {
    for (const auto& stage : stages) {
      for (const auto& vendor : stage.vendors) {
        auto labels = fmt::format(R"({},vendor="{}")", StageLabels(stage), Escaped(vendor.name));
        write(name, labels, vendor);
      }
    }
  };
  const char* messages = "tidings_vendor_messages_total";
  Head(out, messages, "counter", "Messages by the vendor's verdict.");
  each(messages, [&](auto name, const std::string& labels, const VendorStatus& vendor) {
    Line(out, name, labels + R"(,verdict="accept")", static_cast<double>(vendor.accepted));
    Line(out, name, labels + R"(,verdict="retry")", static_cast<double>(vendor.retried));
    Line(out, name, labels + R"(,verdict="reject")", static_cast<double>(vendor.rejected));
  });
  const char* open = "tidings_vendor_breaker_open";
  Head(out, open, "gauge", "1 while the vendor is skipped because it failed.");
  each(open, [&](auto name, const std::string& labels, const VendorStatus& vendor) {
    Line(out, name, labels, vendor.breaker == "open");
  });
}

void Http(std::string& out, const http::Counters& counters) {
  Head(out, "tidings_http_answers_total", "counter", "HTTP answers by class of status.");
  for (size_t i = 0; i < counters.by_class.size(); ++i) {
    Line(out, "tidings_http_answers_total", fmt::format(R"(class="{}xx")", i + 1),
         static_cast<double>(counters.by_class[i]));
  }
  struct Family {
    const char *name, *type, *help;
    double value;
  };
  const Family families[] = {
      {"tidings_http_connections", "gauge", "Open connections.",
       static_cast<double>(counters.connections)},
      {"tidings_http_in_flight", "gauge", "Requests being answered.",
       static_cast<double>(counters.in_flight)},
      {"tidings_http_received_bytes_total", "counter", "Bytes of requests.",
       static_cast<double>(counters.bytes_in)},
      {"tidings_http_sent_bytes_total", "counter", "Bytes of answers.",
       static_cast<double>(counters.bytes_out)},
      {"tidings_http_malformed_total", "counter", "Requests whose framing was refused.",
       static_cast<double>(counters.malformed)},
      {"tidings_http_timeouts_total", "counter", "Connections closed because the client was slow.",
       static_cast<double>(counters.timeouts)},
  };
  for (const auto& family : families) {
    Head(out, family.name, family.type, family.help);
    Line(out, family.name, "", family.value);
  }
}

}  // namespace

std::string PrometheusText(const pipeline::EngineStatus& engine, const http::Counters& http,
                           int64_t disagreements) {
  std::string out;
  Stages(out, engine.stages);
  Vendors(out, engine.stages);
  Http(out, http);
  Head(out, "tidings_rule_disagreements_total", "counter",
       "Audiences for which PostgreSQL and a rule's script disagreed; the script decided.");
  Line(out, "tidings_rule_disagreements_total", "", static_cast<double>(disagreements));
  return out;
}

}  // namespace tidings::api
