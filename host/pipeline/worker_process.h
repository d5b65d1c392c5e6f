// A worker in a process of its own: what the hidden command `tidings worker` runs.
#pragma once

#include <string>
#include <vector>

namespace tidings::pipeline {

// `arguments` are those after `worker`. Reads the stage's settings (with its secrets) from the file
// descriptor named there, works until the host says DRAIN or goes away, and returns the exit
// status: 0 after a drain, 2 for bad arguments or settings, 3 when the plugin or script cannot be
// loaded, 4 when the host went away.
int RunWorkerProcess(const std::vector<std::string>& arguments);

}  // namespace tidings::pipeline
