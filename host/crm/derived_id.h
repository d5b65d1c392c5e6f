// Ids that follow from a text.
#pragma once

#include <string_view>

#include "base/id.h"

namespace tidings::crm {

// A UUID of version 8 made of FNV-1a over 128 bits of the text: the same on every machine and for
// ever, so what comes again meets itself.
Id DerivedId(std::string_view text);

}  // namespace tidings::crm
