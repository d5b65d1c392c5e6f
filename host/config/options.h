// Options of a plugin, checked against the plugin's own JSON Schema.
//
// Understood of JSON Schema: type, properties, required, additionalProperties, enum, const,
// minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, pattern (ECMAScript,
// searched for), items, minItems, maxItems, uniqueItems, default; and, without effect, title,
// description, examples, format, deprecated, readOnly, writeOnly, $schema, $id, $comment. Any other
// keyword is a fault of the schema, not passed over.
//
// Stricter than JSON Schema in one thing: an object with `properties`, and the root always, takes
// no other member unless `additionalProperties` says so. A typing error must never pass in silence.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "config/load.h"
#include "config/node.h"
#include "config/report.h"

namespace tidings::config {

// Why `schema` cannot be used, a sentence each, each with a JSON pointer; empty = it can.
std::vector<std::string> SchemaFaults(const Json& schema);

// The options at `node` (null = none written) as the JSON that the plugin gets: defaults filled in,
// types as written. Text of `!env` and `!secret` becomes a number or a boolean where the schema
// allows no text. What is missing is reported at `plugin_mark`.
Json OptionsAt(const Node* node, Mark plugin_mark, const PluginInfo& plugin, Report& report);

// The schema as editors need it, with the strictness above written out.
Json StrictSchema(Json schema);

}  // namespace tidings::config
