// The command `tidings`.
#pragma once

namespace tidings::cli {

// Runs one command and returns the exit status:
//   0 done; 1 it failed, the reason is on standard error; 2 the command line was wrong;
//   3 a file that was checked has errors.
int Run(int argc, char** argv);

}  // namespace tidings::cli
