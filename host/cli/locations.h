// Where things lie: files that the operator named, and defaults for those that were not.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tidings::cli {

struct Locations {
  std::filesystem::path pipelines;             // ./pipelines.yaml
  std::filesystem::path data;                  // of the embedded PostgreSQL
  std::filesystem::path scripts;               // scripts/ beside pipelines.yaml
  std::vector<std::filesystem::path> plugins;  // built or installed beside this program
  std::filesystem::path plugin_template;       // installed with the SDK, or the source's
  std::filesystem::path sql;                   // installed beside this program, or the source's

  // Fills in what is empty. As root the data folder is /var/lib/tidings, else
  // $XDG_DATA_HOME/tidings or ~/.local/share/tidings.
  void Complete();

  // Where there is no pipelines.yaml: takes the one that came with the program, and its scripts.
  void UseShippedPipelines();
};

std::filesystem::path ProgramPath();  // of the running program

}  // namespace tidings::cli
