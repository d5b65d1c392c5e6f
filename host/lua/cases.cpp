#include "lua/cases.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "lua/case_row.h"

namespace tidings::lua {
namespace {

constexpr const char* kDefaultNow = "2026-01-01T00:00:00Z";

// What a case calls the input of each kind of script.
const char* InputKey(ScriptKind kind) {
  switch (kind) {
    case ScriptKind::kIngest: return "record";
    case ScriptKind::kSegment: return "customer";
    case ScriptKind::kDeliver:
    case ScriptKind::kRoute: return "message";
    case ScriptKind::kReceipt: return "request";
    case ScriptKind::kSummarize: return "task";
  }
  return "";
}

// Every member of `wanted` is in `given`, with the same value.
bool IsPartOf(const Json& wanted, const Json& given) {
  if (!wanted.is_object() || !given.is_object()) return wanted == given;
  for (const auto& [key, value] : wanted.items()) {
    if (!given.contains(key) || !IsPartOf(value, given[key])) return false;
  }
  return true;
}

// The answers that a case gives to the script's http calls, in order.
class Answers {
 public:
  void Reset(const Json& one_case) {
    answers_ = one_case.value("http", Json::array());
    next_ = 0;
    complaint_.clear();
  }

  Result<Json> Answer(const Json& request) {
    if (next_ >= answers_.size()) {
      complaint_ = "the script called http more often than the case answers: " + ToLine(request);
      return Fail(Code::kUnavailable, complaint_);
    }
    const Json& answer = answers_[next_++];
    if (answer.contains("request") && !IsPartOf(answer["request"], request)) {
      complaint_ = "expected the request " + ToLine(answer["request"]) + ", got " + ToLine(request);
    }
    if (answer.contains("error")) return Fail(Code::kUnavailable, TextOf(answer, "error"));
    return answer.value("answer", Json::object());
  }

  std::string Complaint() const {
    if (!complaint_.empty() || next_ >= answers_.size()) return complaint_;
    return fmt::format("the script called http {} times, the case has {} answers", next_,
                       answers_.size());
  }

 private:
  Json answers_;
  size_t next_ = 0;
  std::string complaint_;
};

// Runs the cases of one script, one by one.
class CaseRunner {
 public:
  CaseRunner(const std::filesystem::path& script, const std::filesystem::path& lib,
             const Limits& limits)
      : file_(script), limits_(limits) {
    options_.lib = lib;
  }

  // Only scripts that may call out get http; what kind this one is, it says itself.
  Status Load(CaseReport& report) {
    options_.hooks.log = [](std::string_view, std::string_view) {};
    options_.coverage = &report.coverage;
    TRY_ASSIGN(script_, Script::Load(file_, limits_, options_));
    report.name = script_->name();
    report.kind = script_->kind();
    bool pure = report.kind == ScriptKind::kSegment || report.kind == ScriptKind::kRoute;
    if (pure) return {};
    options_.hooks.http = [this](const Json& request) { return answers_.Answer(request); };
    TRY_ASSIGN(script_, Script::Load(file_, limits_, options_));
    return {};
  }

  // Every line of the cases file.
  Status RunAll(CaseReport& report) {
    auto file = CasesBeside(file_);
    report.has_cases = std::filesystem::exists(file);
    if (!report.has_cases) return {};
    TRY_ASSIGN(std::string text, ReadFile(file));
    int line = 0;
    for (std::string_view one : Split(text, '\n')) {
      ++line;
      if (Trim(one).empty()) continue;
      auto run = RunLine(one, line, report);
      if (!run) return Fail(run.error().In(fmt::format("{}:{}", file.string(), line)));
    }
    return {};
  }

 private:
  Status RunLine(std::string_view text, int line, CaseReport& report) {
    TRY_ASSIGN(Json one_case, ParseJson(text));
    TRY_ASSIGN(std::string complaint, Run(one_case));
    if (complaint.empty()) {
      ++report.passed;
    } else {
      report.failures.push_back({line, TextOf(one_case, "name"), std::move(complaint)});
    }
    return {};
  }

  // "" where the case holds, else why not. Fails where it is no case.
  Result<std::string> Run(const Json& one_case) {
    TRY(Check(one_case));
    TRY_ASSIGN(Time now,
               ParseTime(one_case.contains("now") ? TextOf(one_case, "now") : kDefaultNow));
    script_->SetNow(now);
    answers_.Reset(one_case);
    TRY_ASSIGN(auto outcome, Ask(one_case));
    if (auto complaint = answers_.Complaint(); !complaint.empty()) return complaint;
    return Compare(one_case, outcome);
  }

  Status Check(const Json& one_case) const {
    std::vector<std::string> known = {"name",     "now",   "expect", "why",
                                      "contains", "error", "http",   InputKey(script_->kind())};
    if (script_->kind() == ScriptKind::kRoute) known.emplace_back("vendors");
    if (!one_case.is_object()) return Fail(Code::kInvalidArgument, "a case is a JSON object");
    for (const auto& [key, value] : one_case.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      return Fail(Code::kInvalidArgument,
                  fmt::format("unknown member `{}`{}", key, DidYouMean(key, known)));
    }
    for (const char* key : {"name", InputKey(script_->kind())}) {
      if (!one_case.contains(key)) {
        return Fail(Code::kInvalidArgument, fmt::format("a case needs `{}`", key));
      }
    }
    for (const Json& answer : one_case.value("http", Json::array())) {
      if (!answer.is_object()) return Fail(Code::kInvalidArgument, "`http` is a list of answers");
    }
    bool expects =
        one_case.contains("expect") || one_case.contains("error") || one_case.contains("contains");
    if (!expects)
      return Fail(Code::kInvalidArgument, "a case needs `expect`, `contains` or `error`");
    return {};
  }

  // What the script answered, or its error: both can be expected.
  Result<Result<Json>> Ask(const Json& one_case) {
    const Json& input = one_case[InputKey(script_->kind())];
    if (script_->kind() == ScriptKind::kSegment) {
      TRY_ASSIGN(auto row, CaseRow::Read(input));
      return script_->Test(row.row()).map([](bool matches) { return Json(matches); });
    }
    if (script_->kind() != ScriptKind::kRoute) return script_->Call(input);
    return script_->Call(
        {{"message", input}, {"vendors", one_case.value("vendors", Json::array())}});
  }

  std::string Compare(const Json& one_case, const Result<Json>& outcome) const {
    if (!outcome.has_value()) {
      std::string wanted = one_case.contains("error") ? TextOf(one_case, "error") : "";
      bool fits = !wanted.empty() && outcome.error().message.find(wanted) != std::string::npos;
      return fits ? "" : outcome.error().message;
    }
    Json answer = *outcome;
    if (one_case.contains("error")) return "expected an error, got " + ToLine(answer);
    if (one_case.contains("contains")) return CompareParts(one_case["contains"], answer);
    if (script_->kind() == ScriptKind::kIngest) return CompareRecord(one_case, answer);
    if (answer == one_case["expect"]) return "";
    return fmt::format("expected {}, got {}", ToLine(one_case["expect"]), ToLine(answer));
  }

  // null stands for a record that is dropped; "why" may say for which reason.
  static std::string CompareRecord(const Json& one_case, const Json& answer) {
    Json record = answer.value("record", Json());
    if (record != one_case["expect"]) {
      return fmt::format("expected {}, got {}", ToLine(one_case["expect"]),
                         answer.contains("dropped") ? ToLine(answer) : ToLine(record));
    }
    bool same = !one_case.contains("why") || one_case["why"] == answer.value("dropped", "");
    return same ? ""
                : fmt::format("expected the reason {}, got {}", ToLine(one_case["why"]),
                              ToLine(answer));
  }

  static std::string CompareParts(const Json& parts, const Json& answer) {
    std::string text = answer.is_string() ? answer.get<std::string>() : ToLine(answer);
    for (const Json& part : parts.is_array() ? parts : Json::array({parts})) {
      bool found = part.is_string() && text.find(part.get<std::string>()) != std::string::npos;
      if (!found) return fmt::format("expected {} in \"{}\"", ToLine(part), text);
    }
    return "";
  }

  const std::filesystem::path file_;
  const Limits limits_;
  Options options_;
  Answers answers_;
  std::unique_ptr<Script> script_;
};

}  // namespace

std::filesystem::path CasesBeside(const std::filesystem::path& script) {
  return std::filesystem::path(script).replace_extension(".cases.jsonl");
}

std::filesystem::path ScriptOf(const std::filesystem::path& file) {
  constexpr std::string_view kCases = ".cases.jsonl";
  auto name = file.filename().string();
  if (!name.ends_with(kCases)) return file;
  return file.parent_path() / (name.substr(0, name.size() - kCases.size()) + ".lua");
}

std::vector<std::filesystem::path> ScriptsBelow(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> scripts;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ignored)) {
    auto within = entry.path().lexically_relative(folder);
    if (within.extension() == ".lua" && *within.begin() != "lib") scripts.push_back(entry.path());
  }
  std::sort(scripts.begin(), scripts.end());
  return scripts;
}

Result<CaseReport> RunCases(const std::filesystem::path& script, const std::filesystem::path& lib,
                            const Limits& limits) {
  CaseReport report;
  CaseRunner runner(script, lib, limits);
  TRY(runner.Load(report));
  TRY(runner.RunAll(report));
  return report;
}

Status RequireCases(const std::filesystem::path& script, const std::filesystem::path& lib,
                    const Limits& limits) {
  TRY_ASSIGN(CaseReport report, RunCases(script, lib, limits));
  if (report.ok()) return {};
  const CaseFailure& first = report.failures[0];
  size_t more = report.failures.size() - 1;
  return Fail(Code::kInvalidArgument,
              fmt::format("{}:{}: case \"{}\": {}\n{} is not used while its cases fail{}; `tidings "
                          "test {}` shows them",
                          CasesBeside(script).string(), first.line, first.name, first.message,
                          script.string(), more == 0 ? "" : fmt::format(" ({} more)", more),
                          script.string()));
}

}  // namespace tidings::lua
