/* A segment plugin in C99: customers whose visits are an even number match. */
#include <stdlib.h>

#include "tidings/plugin.h"

struct tidings_instance {
  const tidings_host* host;
};

static tidings_instance* Create(const tidings_host* host, tidings_text options) {
  tidings_instance* self = malloc(sizeof *self);
  (void)options;
  if (self) self->host = host;
  return self;
}

static tidings_status Start(tidings_instance* self) {
  (void)self;
  return TIDINGS_OK;
}

static tidings_status Process(tidings_instance* self, const tidings_batch* batch,
                              const tidings_output* output) {
  uint64_t i;
  (void)self;
  for (i = 0; i < batch->count; ++i) {
    const tidings_customer* customer =
        (const tidings_customer*)((const char*)batch->items + i * batch->item_size);
    tidings_verdict verdict = {sizeof verdict, TIDINGS_DROP, 0, {NULL, 0}, {NULL, 0}};
    if (customer->visit % 2 == 0) verdict.code = TIDINGS_ACCEPT;
    output->verdict(output->context, i, &verdict);
  }
  return TIDINGS_OK;
}

static tidings_status Drain(tidings_instance* self, int64_t deadline) {
  (void)self;
  (void)deadline;
  return TIDINGS_OK;
}

static void Stop(tidings_instance* self) { (void)self; }
static void Destroy(tidings_instance* self) { free(self); }

static const tidings_plugin_descriptor kDescriptor = {
    sizeof kDescriptor,
    TIDINGS_MAGIC,
    TIDINGS_ABI_MAJOR,
    TIDINGS_ABI_MINOR,
    TIDINGS_SEGMENT,
    0,
    TIDINGS_STATELESS,
    "plain_c",
    "1.0.0",
    "Matches customers with an even number of visits.",
    "{\"type\": \"object\", \"additionalProperties\": false}",
    Create,
    Start,
    Process,
    Drain,
    Stop,
    Destroy};

const tidings_plugin_descriptor* tidings_plugin(void) { return &kDescriptor; }
