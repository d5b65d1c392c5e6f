// The header in C++, twice, with its entry defined.
#include "tidings/plugin.h"

extern "C" const tidings_plugin_descriptor* tidings_plugin(void) { return nullptr; }
