// Joined parts whose words may belong to one of them or to both.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace tidings::sentence {

// Why the members of an "and" or "or" (`any`), as the grammar makes them, have more meanings than
// the one that was parsed: what to say instead. None where they have not.
std::optional<std::string> WhyAmbiguous(const std::vector<Json>& members, bool any);

}  // namespace tidings::sentence
