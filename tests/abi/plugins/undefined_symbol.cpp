// Needs a function that no library has: the loader refuses it.
#include "tidings/plugin.h"

extern "C" int tidings_test_no_such_function(void);

extern "C" TIDINGS_EXPORT const tidings_plugin_descriptor* tidings_plugin(void) {
  tidings_test_no_such_function();
  return nullptr;
}
