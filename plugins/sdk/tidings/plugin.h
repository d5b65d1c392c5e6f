/* The interface between the Tidings host and a plugin, version 1: plain C99.
 *
 * A plugin is a shared library that exports one symbol, `tidings_plugin`, a function that returns a
 * constant descriptor. The host reads the descriptor, checks that both sides agree, and drives
 * instances through their life:
 *
 *     create(host, options) -> start -> process(batch)* -> drain(deadline) -> stop -> destroy
 *
 * Rules that hold everywhere:
 *   - Threads. One instance is never entered twice at once; [any thread] marks what may be called
 *     from any thread, at any time between create and destroy. Two instances run in parallel.
 *   - Ownership. Whatever one side hands over is a view that is valid for the duration of the call.
 *     Who wants it longer copies it. Nobody frees the other's memory.
 *   - Growth. Structs grow at their end only and carry their size; a reader never reads past
 *     `struct_size`. Arrays carry the stride of their items. Reserved fields are zero. A host runs
 *     every plugin of its own major and of its own or an older minor version.
 *   - Layout. Fixed-width types and pointers in natural alignment, so both sides must be built for
 *     one and the same machine; nothing here is ever stored or sent.
 *   - No exception, longjmp or C++ type crosses.
 *   - Text is UTF-8, has a length and no terminating NUL. JSON is text. Only the strings of the
 *     descriptor and the names of services are NUL-terminated.
 *   - Times are microseconds since 1970-01-01T00:00:00Z; TIDINGS_NO_TIME where there is none.
 *
 * plugin.hpp beside this file wraps all of it for C++; plugins/template is a complete plugin.
 */
#ifndef TIDINGS_PLUGIN_H
#define TIDINGS_PLUGIN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TIDINGS_MAGIC 0x54696469u /* "Tidi" */
#define TIDINGS_ABI_MAJOR 1u      /* differs: the host refuses the plugin */
#define TIDINGS_ABI_MINOR 0u      /* grows with every appended field or function */
#define TIDINGS_NO_TIME INT64_MIN

/* Borrowed text or bytes. `data` may be NULL when `size` is 0. */
typedef struct tidings_text {
  const char* data;
  uint64_t size; /* bytes */
} tidings_text;

/* What a function that can fail returns. Before returning anything but TIDINGS_OK, call
 * host->error() to say why in words. */
typedef int32_t tidings_status;
enum {
  TIDINGS_OK = 0,
  TIDINGS_INVALID = 1,     /* the input or an option is wrong; trying again is pointless */
  TIDINGS_UNAVAILABLE = 2, /* a peer is away; trying again may help */
  TIDINGS_CANCELLED = 3,   /* the host asked to stop */
  TIDINGS_FAILED = 4       /* anything else */
};

/* ---------------------------------------------------------------- stages and their items */

typedef uint32_t tidings_stage;
enum {
  TIDINGS_INGEST = 1,   /* items: tidings_payload;      results: records, refusals */
  TIDINGS_SEGMENT = 2,  /* items: tidings_customer;     results: a verdict each, ACCEPT = match */
  TIDINGS_DELIVER = 3,  /* items: tidings_message;      results: a verdict each */
  TIDINGS_RECEIPT = 4,  /* items: tidings_http_request; results: receipts */
  TIDINGS_SUMMARIZE = 5 /* items: tidings_task;         results: a text each */
};

/* A piece of input. Pieces of one stream reach one instance in order. */
typedef struct tidings_payload {
  tidings_text bytes;
  tidings_text content_type; /* "application/json", "text/csv", "application/x-generate+json" */
  tidings_text entity;       /* "customer", "order", or "" where the payload says it itself */
  tidings_text source;       /* a file name or route, for errors */
  uint64_t line;             /* line or row of the first byte, from 1; 0 = unknown */
  uint32_t first;            /* 1 on the first piece of a stream: forget what came before */
  uint32_t last;             /* 1 on the last piece: emit what is still held back */
} tidings_payload;

/* A customer, as a segment rule sees it. */
typedef struct tidings_customer {
  tidings_text id, external_id, name, email, phone, city, status;
  tidings_text tags;        /* a JSON array of strings */
  tidings_text attributes;  /* a JSON object */
  tidings_text total_spend; /* exact decimal */
  double total_spend_value; /* the same as the nearest double */
  int64_t visit, order_count;
  int64_t last_order_date, created_at; /* times; last_order_date may be TIDINGS_NO_TIME */
} tidings_customer;

/* A message to hand to the vendor. */
typedef struct tidings_message {
  tidings_text id;              /* ours: "<campaign id>.<number>"; receipts must bring it back */
  tidings_text idempotency_key; /* the same at every attempt of this message */
  tidings_text campaign_id, customer_id;
  tidings_text channel;   /* "email", "sms", ... */
  tidings_text recipient; /* an address that fits the channel */
  tidings_text recipient_name;
  tidings_text subject, text, html; /* rendered; html may be empty */
  tidings_text attributes;          /* a JSON object */
  uint32_t attempt;                 /* from 1 */
  uint32_t reserved;
} tidings_message;

/* A vendor's callback, as it came: verify its signature over exactly these bytes. */
typedef struct tidings_http_request {
  tidings_text method, path, query;
  tidings_text headers; /* "Name: value\r\n" lines */
  tidings_text body;
} tidings_http_request;

/* Something to write. `facts` is a JSON object; docs/plugins.md lists its members for each kind. */
typedef struct tidings_task {
  tidings_text kind; /* "summary", "intent" */
  tidings_text facts;
} tidings_task;

/* ---------------------------------------------------------------- results */

typedef uint32_t tidings_verdict_code;
enum {
  TIDINGS_ACCEPT = 0, /* ok: taken, matched, accepted by the vendor */
  TIDINGS_RETRY = 1,  /* try again after retry_after_ms; 0 = the host's back-off decides */
  TIDINGS_REJECT = 2, /* permanent failure, with a reason for people */
  TIDINGS_DROP = 3    /* not wanted and no failure: no match, filtered out */
};

typedef struct tidings_verdict {
  uint32_t struct_size;
  tidings_verdict_code code;
  uint64_t retry_after_ms;
  tidings_text reason;    /* for people; required with RETRY and REJECT */
  tidings_text reference; /* the vendor's own id for the message, where it gave one */
} tidings_verdict;

/* A record found in a payload. */
typedef struct tidings_record {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t line;       /* where it stood in its stream, from 1; 0 = unknown */
  tidings_text entity; /* "customer" or "order" */
  tidings_text json;   /* one object, with the field names of docs/api.md */
} tidings_record;

typedef uint32_t tidings_receipt_status;
enum { TIDINGS_SENT = 1, TIDINGS_DELIVERED = 2, TIDINGS_UNDELIVERED = 3 };

/* A normalised receipt. */
typedef struct tidings_receipt {
  uint32_t struct_size;
  tidings_receipt_status status;
  tidings_text message_id; /* tidings_message.id */
  tidings_text reason;     /* the vendor's code with UNDELIVERED: "EMAIL_BOUNCED" */
  tidings_text reference;  /* the vendor's own id, where it gave one */
  tidings_text event_id;   /* the vendor's id of this event, where it has one */
  int64_t occurred_at;     /* time, or TIDINGS_NO_TIME */
} tidings_receipt;

/* Where process() puts its results. The host copies what it is given, so views need to live only
 * for the call. `item` is the index of the item that caused it. [instance's thread, in process()]
 */
typedef struct tidings_output {
  uint32_t struct_size;
  uint32_t reserved;
  void* context;
  /* At most once an item. Segment and deliver owe one for every item, summarize for every item
   * without a text; what is missing is rejected in the plugin's name, or, once cancelled() is 1,
   * tried again: a plugin may break off between two items. With ingest and receipt an item without
   * one counts as ACCEPT; RETRY and REJECT refuse the whole payload or request. */
  void (*verdict)(void* context, uint64_t item, const tidings_verdict* verdict);
  void (*record)(void* context, uint64_t item, const tidings_record* record);
  void (*receipt)(void* context, uint64_t item, const tidings_receipt* receipt);
  /* At most once an item. Summarize: what was written. Receipt: the body of the answer to the
   * vendor, for callbacks that must echo a challenge. */
  void (*text)(void* context, uint64_t item, tidings_text text);
  /* Says that one record at `line` of the input is refused; ingest goes on with the next. `field`
   * is a JSON Pointer or column name, or empty; `value` the offending text. */
  void (*refuse)(void* context, uint64_t item, uint64_t line, tidings_text field,
                 tidings_text value, tidings_text reason);
} tidings_output;

/* Items of one stage. Item i stands at (const char*)items + i * item_size. */
typedef struct tidings_batch {
  uint32_t struct_size;
  tidings_stage stage;
  uint64_t count;
  const void* items;
  uint64_t item_size; /* stride in bytes; at least the size this plugin was compiled with */
  int64_t now;        /* the run's clock reading: the same for every batch of one run */
  int64_t deadline;   /* time by which process() must have returned, or TIDINGS_NO_TIME */
} tidings_batch;

/* ---------------------------------------------------------------- what the host offers */

typedef uint32_t tidings_log_level;
enum { TIDINGS_DEBUG = 0, TIDINGS_INFO = 1, TIDINGS_WARNING = 2, TIDINGS_ERROR = 3 };

/* One HTTP call through the host's guarded client: no redirects, no proxies, and only addresses
 * that the operator allows. */
typedef struct tidings_http_call {
  uint32_t struct_size;
  uint32_t timeout_ms; /* whole call; 0 = 30,000 */
  tidings_text method, url;
  tidings_text headers; /* "Name: value\r\n" lines */
  tidings_text body;
  uint64_t max_body; /* most bytes of answer to accept; 0 = 16 MiB */
} tidings_http_call;

/* The answer is handed to `done` before http() returns; views are valid during `done`. */
typedef struct tidings_http_answer {
  uint32_t struct_size;
  uint32_t status; /* HTTP status */
  tidings_text headers, body;
} tidings_http_answer;
typedef void (*tidings_http_done)(void* context, const tidings_http_answer* answer);

typedef struct tidings_host {
  uint32_t struct_size;
  uint32_t abi_major, abi_minor;
  uint32_t reserved;
  void* context; /* pass it back as the first argument of every function here */
  /* [any thread] */
  void (*log)(void* context, tidings_log_level level, tidings_text message);
  /* Adds `value` to the counter tidings_plugin_<name>_total of this plugin. [any thread] */
  void (*count)(void* context, tidings_text name, double value);
  /* The time; frozen in tests. [any thread] */
  int64_t (*now)(void* context);
  /* A random number; the same sequence for the same seed in tests. [any thread] */
  uint64_t (*random)(void* context);
  /* 1 once the host wants the current call to end early. [any thread] */
  int32_t (*cancelled)(void* context);
  /* Blocks. OK means that an HTTP answer of any status came; else *why* (valid until the next call
   * on this thread) says what went wrong. [any thread] */
  tidings_status (*http)(void* context, const tidings_http_call* call, tidings_http_done done,
                         void* done_context, tidings_text* why);
  /* The secret of that name, for plugins that must read it anew while they run; most get theirs in
   * their options. OK and *value (valid until the next call on this thread), or INVALID where the
   * operator has not given this plugin a secret of that name. [any thread] */
  tidings_status (*secret)(void* context, tidings_text name, tidings_text* value);
  /* Reports why the current call fails. `where` is a JSON Pointer into the options or the item, or
   * empty. [instance's thread] */
  void (*error)(void* context, tidings_text where, tidings_text message);
  /* Further interfaces by name and version ("receipts/1"), or NULL. [any thread] */
  const void* (*get_service)(void* context, const char* name);
} tidings_host;

/* get_service("receipts/1"): where the host takes receipts. */
typedef struct tidings_receipts_service {
  uint32_t struct_size;
  uint32_t reserved;
  tidings_text url; /* POST receipts here, as JSON; empty where the host serves no HTTP.
                       Valid until destroy. */
} tidings_receipts_service;

/* ---------------------------------------------------------------- what a plugin offers */

typedef struct tidings_instance tidings_instance; /* the plugin's own type */

typedef uint64_t tidings_capabilities;
enum {
  TIDINGS_CAN_RESUME = 1, /* reserved */
  /* ingest: process() with content type application/x-generate+json makes records from nothing */
  TIDINGS_CAN_GENERATE = 2,
  /* holds nothing between batches: the host may run several instances side by side */
  TIDINGS_STATELESS = 4
};

typedef struct tidings_plugin_descriptor {
  uint32_t struct_size;
  uint32_t magic; /* TIDINGS_MAGIC */
  uint32_t abi_major, abi_minor;
  tidings_stage stage;
  uint32_t reserved;
  tidings_capabilities capabilities;
  const char* id;      /* the name in pipelines.yaml: "deliver_simulated" */
  const char* version; /* of the plugin: "1.2.0" */
  const char* summary; /* one sentence */
  const char*
      options_schema; /* JSON Schema of the options: an object schema, for `tidings check` */

  /* Makes an instance from options that already fit the schema (a JSON object; secrets are
   * expanded). `host` lives until destroy returns. NULL = failure, after host->error(). */
  tidings_instance* (*create)(const tidings_host* host, tidings_text options);
  /* Opens what the instance needs. Called once, before the first batch. */
  tidings_status (*start)(tidings_instance* instance);
  /* Handles one batch. A status other than OK fails the whole batch: INVALID rejects its items,
   * anything else retries them. */
  tidings_status (*process)(tidings_instance* instance, const tidings_batch* batch,
                            const tidings_output* output);
  /* Finishes what is under way; no batch comes after it. Return by `deadline` (a time). */
  tidings_status (*drain)(tidings_instance* instance, int64_t deadline);
  /* Ends threads and closes what start opened, also after a start or drain that failed. After stop
   * no host function may be called. */
  void (*stop)(tidings_instance* instance);
  /* Comes last, and right after create where start was never called. */
  void (*destroy)(tidings_instance* instance);
} tidings_plugin_descriptor;

/* The one exported symbol. Returns the same pointer every time; it lives as long as the library. */
#if defined(__GNUC__)
#define TIDINGS_EXPORT __attribute__((visibility("default")))
#else
#define TIDINGS_EXPORT
#endif
TIDINGS_EXPORT const tidings_plugin_descriptor* tidings_plugin(void);
typedef const tidings_plugin_descriptor* (*tidings_plugin_entry)(void);
#define TIDINGS_ENTRY_NAME "tidings_plugin"

#ifdef __cplusplus
}
#endif

#endif /* TIDINGS_PLUGIN_H */
