// What a new script and its cases begin as.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tidings::cli {

// One kind of script. In both texts {{TITLE}} stands for its name as people write it and {{NAME}}
// for that of its file. The cases pass as they are, and reach every line.
struct ScriptTemplate {
  std::string_view kind;    // "segment": what the command is called
  std::string_view folder;  // below the scripts folder
  std::string_view line;    // what such a script does
  std::string_view script;
  std::string_view cases;
  std::string_view naming;  // how pipelines.yaml names it
};

std::span<const ScriptTemplate> ScriptTemplates();

// "win_back" is the name of a file: a small letter, then small letters, digits and `_`, 60 at most.
bool IsFileName(std::string_view name);
std::string FileNameFor(std::string_view text);  // the nearest one: "Win back!" -> "win_back"

std::string TitleOf(std::string_view name);  // "win_back" -> "Win back"

// `text` with every {{KEY}} replaced.
std::string Fill(std::string_view text, std::string_view key, std::string_view value);

}  // namespace tidings::cli
