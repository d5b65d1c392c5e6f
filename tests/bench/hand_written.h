// The rules of scripts/segment as somebody who knows PostgreSQL well writes them by hand.
#pragma once

#include <map>
#include <string>

namespace tidings::bench {

// By the name of the script: what follows "select count(*) from". `now` is 2026-03-01.
const std::map<std::string, std::string>& HandWritten();

}  // namespace tidings::bench
