#include "cli/new_plugin.h"

#include <regex>

#include <fmt/core.h>

#include "base/file.h"
#include "cli/new_files.h"

namespace tidings::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProject =
    "cmake_minimum_required(VERSION 3.16)\n"
    "project({} LANGUAGES CXX)\n"
    "enable_testing()\n"
    "find_package(tidings-sdk REQUIRED)  # from `cmake --install build --component sdk`\n\n";

constexpr const char* kReadme =
    "# {}\n\n"
    "Say what it sends to, and what an operator has to know.\n\n"
    "`Process` is where the work is done, `kOptionsSchema` says what may be set; docs/plugins.md "
    "of\n"
    "Tidings tells the rest.\n";

// "deliver_mine" -> "DeliverMine".
std::string ClassName(const std::string& name) {
  std::string text;
  bool capital = true;
  for (char c : name) {
    bool small = c >= 'a' && c <= 'z';
    if (c != '_') text += capital && small ? static_cast<char>(c - 32) : c;
    capital = c == '_';
  }
  return text;
}

std::string Renamed(const std::string& source, const std::string& name) {
  auto text = std::regex_replace(source, std::regex("\"template\""), "\"" + name + "\"");
  return std::regex_replace(text, std::regex("\\bTemplate\\b"), ClassName(name));
}

bool IsOwnTree(const fs::path& into) { return fs::exists(into / "sdk" / "tidings"); }

std::string CopyOf(const fs::path& file, const std::string& source, const fs::path& into,
                   const std::string& name) {
  if (file.filename() == "README.md") return fmt::format(kReadme, name);
  bool project = file.filename() == "CMakeLists.txt" && !IsOwnTree(into);
  return (project ? fmt::format(kProject, name) : "") + Renamed(source, name);
}

}  // namespace

Result<std::vector<fs::path>> CopyTemplate(const fs::path& original, const fs::path& into,
                                           const std::string& name) {
  auto folder = into / name;
  if (fs::exists(folder)) {
    return Fail(Code::kAlreadyExists, folder.string() + " is there already; take another name");
  }
  std::vector<std::pair<fs::path, std::string>> copies;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(original, error)) {
    TRY_ASSIGN(std::string source, ReadFile(entry.path()));
    auto file = std::regex_replace(entry.path().filename().string(), std::regex("^template"), name);
    copies.emplace_back(folder / file, CopyOf(entry.path(), source, into, name));
  }
  if (copies.empty()) return Fail(Code::kNotFound, "no template lies in " + original.string());
  std::sort(copies.begin(), copies.end());
  TRY(WriteNew(copies));
  std::vector<fs::path> files;
  for (const auto& [file, text] : copies) files.push_back(file);
  return files;
}

}  // namespace tidings::cli
