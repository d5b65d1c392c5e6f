#include "options.h"

namespace ingest_csv {

const char kOptionsSchema[] = R"json({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "entity": {
      "description": "What a line is; without it, what the caller says.",
      "type": "string", "enum": ["customer", "order"]
    },
    "separator": {
      "description": "What stands between cells: one character, `tab`, or `auto` to find out.",
      "type": "string", "minLength": 1, "maxLength": 4, "default": "auto"
    },
    "encoding": {
      "description": "`auto` takes UTF-16 where its mark is there, else UTF-8, and any cell that is not UTF-8 as Windows-1252.",
      "type": "string", "enum": ["auto", "utf-8", "windows-1252", "utf-16"], "default": "auto"
    },
    "decimal": {
      "description": "The decimal point in numbers; the other of the two may group digits.",
      "type": "string", "enum": [".", ","], "default": "."
    },
    "date_format": {
      "description": "`iso`, or a pattern of %Y %y %m %d %H %I %p %M %S %b %z %s and other characters as they are.",
      "type": "string", "minLength": 1, "default": "iso"
    },
    "utc_offset": {
      "description": "The zone of times that name none.",
      "type": "string", "pattern": "^[+-][0-9]{2}:[0-9]{2}$", "default": "+00:00"
    },
    "columns": {
      "description": "Header -> field or fields. Of an order, `items.NAME` goes to the item of the line and `customer.NAME` to its customer; `attributes.NAME` nests. A suffix `:number`, `:time` or `:text` sets the type.",
      "type": "object", "default": {},
      "additionalProperties": {
        "type": ["string", "array"], "minLength": 1, "minItems": 1,
        "items": {"type": "string", "minLength": 1}
      }
    },
    "unmapped": {
      "description": "Columns that `columns` does not name: `ignore`, `keep` under their own name, or put into `attributes`. `auto` keeps them where `columns` is empty and ignores them otherwise.",
      "type": "string", "enum": ["auto", "ignore", "keep", "attributes"], "default": "auto"
    },
    "defaults": {
      "description": "Field -> value where the cell is empty or the column is not there.",
      "type": "object", "default": {}, "additionalProperties": {"type": "string"}
    },
    "group_by": {
      "description": "The column whose equal values make one order of several lines.",
      "type": "string", "default": ""
    },
    "hold_mib": {
      "description": "How much of orders under way to hold, in MiB, waiting for further lines. When it is full, those that have been quiet longest are closed; a line that comes later is refused as `late`.",
      "type": "integer", "minimum": 1, "maximum": 4096, "default": 16
    },
    "customers": {
      "description": "Also make a customer from the customer.NAME fields, once for each key, before the first order that needs it.",
      "type": "boolean", "default": false
    },
    "duplicates": {
      "description": "Lines that equal an earlier one in every cell: `keep`, or `reject` them as `duplicated`.",
      "type": "string", "enum": ["keep", "reject"], "default": "keep"
    },
    "rejects": {
      "description": "Lines to refuse. The first rule that fits gives the reason; every test in a rule must hold.",
      "type": "array", "default": [],
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["reason", "column"],
        "properties": {
          "reason": {"description": "For reports and counts.", "type": "string", "minLength": 1},
          "column": {"description": "A header of the file.", "type": "string", "minLength": 1},
          "starts_with": {"type": "string"},
          "ends_with": {"type": "string"},
          "contains": {"type": "string"},
          "equals": {"type": "string"},
          "not_equals": {"type": "string"},
          "one_of": {"type": "array", "items": {"type": "string"}},
          "empty": {"type": "boolean"},
          "less_than": {"type": "number"},
          "at_most": {"type": "number"},
          "more_than": {"type": "number"},
          "at_least": {"type": "number"}
        }
      }
    }
  }
})json";

}  // namespace ingest_csv
