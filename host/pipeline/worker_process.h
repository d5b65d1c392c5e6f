// A worker in a process of its own: what the hidden command `tidings worker` runs.
#pragma once

#include <string>
#include <vector>

namespace tidings::pipeline {

// `arguments` are those after `worker`: the file with its settings (worker_settings.h), which is
// removed once it is read. Works until the host says DRAIN or goes away. Returns the exit status: 0
// after a drain, 2 for bad arguments or settings, 3 when the plugin or script cannot be loaded, 4
// when the host went away.
int RunWorkerProcess(const std::vector<std::string>& arguments);

}  // namespace tidings::pipeline
