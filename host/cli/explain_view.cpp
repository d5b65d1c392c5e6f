#include "cli/explain_view.h"

#include <map>
#include <vector>

#include <fmt/core.h>

#include "base/text.h"
#include "cli/command.h"

namespace tidings::cli {
namespace {

constexpr size_t kWidth = 100;
constexpr size_t kLongestSentence = 240;  // what is longer is shown as a tree

// Where the parenthesis at `open` closes; texts between quotes are skipped.
size_t ClosingOf(std::string_view text, size_t open) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = open; i < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i;
  }
  return text.npos;
}

struct Part {
  std::string_view word;  // "and " or "or " before it
  std::string_view text;
};

// "(a) and (b)" into its parts: whatever stands in parentheses, and what joins it.
std::vector<Part> PartsOf(std::string_view text) {
  std::vector<Part> parts;
  std::string_view word;
  for (size_t at = 0; at < text.size() && text[at] == '(';) {
    size_t end = ClosingOf(text, at);
    if (end == text.npos) return {};
    parts.push_back({word, text.substr(at, end + 1 - at)});
    at = end + 1;
    for (std::string_view joint : {" and ", " or "}) {
      if (text.substr(at, joint.size()) != joint) continue;
      word = text.substr(at + 1, joint.size() - 1);
      at += joint.size();
    }
    if (at == text.size()) return parts;
  }
  return {};
}

void LayOut(std::string_view text, size_t indent, const std::string& before, std::string& out) {
  constexpr std::string_view kNot = "(not (";
  std::string margin(indent, ' ');
  bool fits = indent + before.size() + text.size() <= kWidth;
  if (!fits && text.starts_with(kNot) && ClosingOf(text, kNot.size() - 1) + 2 == text.size()) {
    auto inside = text.substr(kNot.size() - 1, text.size() - kNot.size());
    return LayOut(inside, indent, before + "not ", out);
  }
  bool group = !fits && text.starts_with("(") && ClosingOf(text, 0) + 1 == text.size();
  auto parts = group ? PartsOf(text.substr(1, text.size() - 2)) : std::vector<Part>();
  if (parts.empty()) {
    out += fmt::format("{}{}{}\n", margin, before, text);
    return;
  }
  out += fmt::format("{}{}(\n", margin, before);
  for (const auto& part : parts) LayOut(part.text, indent + 2, std::string(part.word), out);
  out += margin + ")\n";
}

// "$1 = 'gold'  $2 = '10'" on as many lines as it takes.
std::string ParamsText(const OrderedJson& params) {
  std::string text, line;
  int number = 0;
  for (const auto& param : params) {
    auto one = fmt::format("  ${} = '{}'", ++number, param.get<std::string>());
    if (!line.empty() && line.size() + one.size() > kWidth) text += std::exchange(line, "") + "\n";
    line += one;
  }
  return line.empty() ? text : text + line + "\n";
}

std::string SqlText(const char* title, const OrderedJson& sql) {
  if (sql.is_null()) return "";
  return fmt::format("\n{}\n  from {}\n  where\n{}{}", title, sql["from"].get<std::string>(),
                     LaidOut(sql["where"].get<std::string>(), 4), ParamsText(sql["params"]));
}

std::string EnglishText(const OrderedJson& json) {
  auto sentence = json["english"].get<std::string>();
  bool script = !json["sql"]["asked"].is_null();
  if (!script && sentence.size() <= kLongestSentence) return sentence + "\n";
  std::string text = script ? sentence + "\n" : "customers\n";
  for (const auto& clause : json["tree"]) {
    text += fmt::format("  {}{}\n", std::string(2 * clause["depth"].get<size_t>(), ' '),
                        clause["text"].get<std::string>());
  }
  return text;
}

// Each line of the script that was looked at: whether SQL or Lua decides by it, and why.
std::string LinesText(const OrderedJson& lines, std::string_view source) {
  std::map<int, std::vector<std::string>> reasons;  // of the lines in Lua; none of those in SQL
  for (const auto& line : lines["sql"]) reasons[line.get<int>()];
  for (const auto& line : lines["lua"]) {
    reasons[line["line"].get<int>()].push_back(line["why"].get<std::string>());
  }
  auto texts = Split(source, '\n');
  std::string text;
  for (const auto& [line, whys] : reasons) {
    bool whole = line < 1 || static_cast<size_t>(line) > texts.size();
    text += whole ? "   all  Lua\n"
                  : fmt::format("{:>6}  {}  {}\n", line, whys.empty() ? "SQL" : "Lua",
                                texts[static_cast<size_t>(line - 1)]);
    for (const auto& why : whys) text += fmt::format("             why: {}\n", why);
  }
  return text.empty() ? "" : "\nwhat decides, line by line\n" + text;
}

std::string RemarksText(const OrderedJson& remarks) {
  std::string text;
  for (const auto& remark : remarks) {
    auto line = remark["line"].get<int>();
    auto whom = remark["customers"].is_null()
                    ? ""
                    : fmt::format(" ({} customers)", WithThousands(remark["customers"]));
    text += fmt::format("warning   {}{}{}\n", line > 0 ? fmt::format("line {}: ", line) : "",
                        remark["text"].get<std::string>(), whom);
  }
  return text.empty() ? "" : "\n" + text;
}

std::string CountsText(const OrderedJson& json) {
  auto text =
      fmt::format("\nestimate  {:>12}   in {:.1f} ms\naudience  {:>12}   in {:.1f} ms\n",
                  WithThousands(json["estimate"]), json["estimate_milliseconds"].get<double>(),
                  WithThousands(json["audience"]), json["milliseconds"].get<double>());
  for (const auto& warning : json["warnings"]) {
    text += fmt::format("warning   {}\n", warning.get<std::string>());
  }
  if (json["errors"] == 0) return text;
  text +=
      fmt::format("errors    {:>12}   customers for whom the rule fails do not belong; one is\n",
                  WithThousands(json["errors"]));
  return text + Indented("  ", json["first_error"].get<std::string>());
}

std::string CustomerText(const OrderedJson& customer) {
  if (customer.is_null()) return "";
  std::string text = fmt::format("\ncustomer {} {}\n", customer["id"].get<std::string>(),
                                 customer["belongs"].get<bool>() ? "belongs" : "does not belong");
  if (!customer["error"].is_null()) {
    text += "  because the rule fails\n" + Indented("  ", customer["error"].get<std::string>());
  }
  for (const auto& clause : customer["clauses"]) {
    text +=
        fmt::format("  {}{} {}\n", std::string(2 * clause["depth"].get<size_t>(), ' '),
                    clause["holds"].get<bool>() ? "yes" : "no ", clause["text"].get<std::string>());
  }
  return text;
}

}  // namespace

std::string LaidOut(std::string_view condition, size_t indent) {
  std::string out;
  LayOut(condition, indent, "", out);
  return out;
}

std::string DescribeExplanation(const OrderedJson& json, std::string_view source) {
  const auto& sql = json["sql"];
  return EnglishText(json) + SqlText("chosen by SQL", sql["chosen"]) +
         SqlText("left to the script", sql["asked"]) +
         SqlText("the rule fails for", sql["failed"]) + LinesText(json["lines"], source) +
         RemarksText(json["remarks"]) + CountsText(json) + CustomerText(json["customer"]);
}

}  // namespace tidings::cli
