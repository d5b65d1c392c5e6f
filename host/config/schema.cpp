#include "config/schema.h"

#include "base/text.h"
#include "config/lookup.h"
#include "config/options.h"

namespace tidings::config {
namespace {

// All that does not depend on the plugins found. `stage`, `vendor` and `otherwise` get rules for
// each plugin from below.
constexpr std::string_view kFrame = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Tidings pipelines",
  "description": "Which stages run, in which order, and what does their work.",
  "type": "object",
  "required": ["version", "pipelines"],
  "additionalProperties": false,
  "properties": {
    "version": {"const": 1, "description": "The version of this format."},
    "defaults": {
      "description": "What holds for every stage that does not say otherwise.",
      "type": ["object", "null"],
      "additionalProperties": false,
      "properties": {
        "isolation": {"$ref": "#/$defs/isolation"},
        "workers": {"$ref": "#/$defs/workers"},
        "timeout": {"$ref": "#/$defs/timeout"},
        "memory": {"$ref": "#/$defs/memory"},
        "instructions": {"$ref": "#/$defs/instructions"}
      }
    },
    "pipelines": {
      "description": "The pipelines by name. All of them run at once.",
      "type": "object",
      "minProperties": 1,
      "propertyNames": {"$ref": "#/$defs/name"},
      "additionalProperties": {"$ref": "#/$defs/pipeline"}
    }
  },
  "$defs": {
    "name": {
      "description": "A name: letters, digits, - and _; a letter first.",
      "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,62}$"
    },
    "isolation": {
      "description": "Where workers run: as threads of the host, or as processes of their own, so that a crash takes nothing else down.",
      "enum": ["thread", "process"], "default": "thread"
    },
    "workers": {
      "description": "How many workers: a number, or a range such as 1..4 that follows the backlog. 0..N may fall asleep.",
      "anyOf": [{"type": "integer", "minimum": 1, "maximum": 256},
                {"type": "string", "pattern": "^([0-9]+|[0-9]{1,3}\\.\\.[1-9][0-9]{0,2})$"}],
      "default": "1..4"
    },
    "timeout": {
      "description": "The longest that one invocation may take, such as 250ms, 5s or 2m.",
      "type": "string", "pattern": "^[0-9]*\\.?[0-9]+(ms|s|m|h|d)$", "default": "5s"
    },
    "memory": {
      "description": "The most that one worker may use, such as 64MiB or 1GiB.",
      "type": "string", "pattern": "^[0-9]*\\.?[0-9]+(KiB|MiB|GiB)$", "default": "64MiB"
    },
    "instructions": {
      "description": "The most instructions of Lua that one call of a script may take, such as 500k or 20M.",
      "anyOf": [{"type": "integer", "minimum": 10000, "maximum": 1000000000000},
                {"type": "string", "pattern": "^[0-9]*\\.?[0-9]+[kMG]?$"}],
      "default": "20M"
    },
    "plugin": {
      "description": "The id of a plugin (`tidings plugins` lists them).", "type": "string"
    },
    "script": {
      "description": "A Lua script, by its path below the scripts folder; a segment stage takes a whole folder, too.",
      "type": "string", "minLength": 1, "pattern": "^[^/]"
    },
    "options": {
      "description": "The options of the plugin, as its own schema says.", "type": ["object", "null"]
    },
    "pipeline": {
      "description": "A row of stages.",
      "type": "object", "required": ["stages"], "additionalProperties": false,
      "properties": {
        "stages": {
          "description": "The stages, in the order in which data goes through them: ingest, segment, deliver, receipt, summarize.",
          "type": "array", "minItems": 1, "items": {"$ref": "#/$defs/stage"}
        }
      }
    },
    "retry": {
      "description": "How failed messages are tried again.",
      "type": "object", "additionalProperties": false,
      "properties": {
        "attempts": {
          "description": "How often in all; then a message becomes a dead letter.",
          "type": "integer", "minimum": 1, "maximum": 100, "default": 5
        },
        "backoff": {
          "description": "The first and the longest wait, such as 1s..10m; it doubles each time.",
          "type": "string",
          "pattern": "^[0-9]*\\.?[0-9]+(ms|s|m|h|d)(\\.\\.[0-9]*\\.?[0-9]+(ms|s|m|h|d))?$",
          "default": "1s..10m"
        }
      }
    },
    "vendor": {
      "description": "One way to send messages.",
      "type": "object", "additionalProperties": false,
      "properties": {
        "name": {
          "description": "What reports call it; else the name of its plugin or script.",
          "$ref": "#/$defs/name"
        },
        "plugin": {"$ref": "#/$defs/plugin"},
        "script": {"$ref": "#/$defs/script"},
        "options": {"$ref": "#/$defs/options"},
        "rate": {
          "description": "The most messages it takes, such as 100/s, 600/m or 5000/h.",
          "type": "string", "pattern": "^[0-9]*\\.?[0-9]+/(s|m|h)$"
        },
        "in_flight": {
          "description": "How many messages may be on their way to it at once.",
          "type": "integer", "minimum": 1, "maximum": 100000
        }
      },
      "oneOf": [{"required": ["plugin"]}, {"required": ["script"]}],
      "allOf": []
    },
    "otherwise": {
      "description": "The plugin that answers where the stage's own does not.",
      "anyOf": []
    },
    "stage": {
      "description": "One step: its kind and name, and what does the work.",
      "type": "object", "additionalProperties": false,
      "properties": {
        "ingest": {"description": "The name of a stage that takes customers or orders in."},
        "segment": {"description": "The name of a stage that finds an audience."},
        "deliver": {"description": "The name of a stage that sends messages."},
        "receipt": {"description": "The name of a stage that books what became of messages."},
        "summarize": {"description": "The name of a stage that writes up a campaign."},
        "plugin": {"$ref": "#/$defs/plugin"},
        "script": {"$ref": "#/$defs/script"},
        "options": {"$ref": "#/$defs/options"},
        "isolation": {"$ref": "#/$defs/isolation"},
        "workers": {"$ref": "#/$defs/workers"},
        "timeout": {"$ref": "#/$defs/timeout"},
        "memory": {"$ref": "#/$defs/memory"},
        "instructions": {"$ref": "#/$defs/instructions"},
        "vendors": {
          "description": "Who sends, in the order in which they are tried; one that fails is passed over.",
          "type": "array", "minItems": 1, "items": {"$ref": "#/$defs/vendor"}
        },
        "route": {
          "description": "A Lua script that orders the vendors for each message.",
          "type": "string", "pattern": "^[^/].*\\.lua$"
        },
        "retry": {"$ref": "#/$defs/retry"},
        "receipts_within": {
          "description": "A campaign that has heard nothing from its vendors for so long, and waits for nothing else, fails what is still open with the reason NO_RECEIPT. 72h by default.",
          "type": "string", "pattern": "^[0-9]*\\.?[0-9]+(ms|s|m|h|d)$", "default": "72h"
        },
        "otherwise": {"$ref": "#/$defs/otherwise"}
      },
      "oneOf": [{"required": ["ingest"]}, {"required": ["segment"]}, {"required": ["deliver"]},
                {"required": ["receipt"]}, {"required": ["summarize"]}],
      "allOf": []
    }
  }
})json";

Json Required(std::initializer_list<const char*> keys) { return {{"required", Json(keys)}}; }

bool NeedsOptions(const PluginInfo& plugin) {
  return plugin.options_schema.contains("required") && !plugin.options_schema["required"].empty();
}

// The plugins of one kind, to choose from.
Json PluginChoice(const Catalog& catalog, StageKind kind) {
  Json choice = Json::array();
  for (const auto& plugin : catalog.plugins) {
    if (plugin.stage != kind) continue;
    choice.push_back({{"const", plugin.id}, {"description", plugin.summary}});
  }
  return choice.empty() ? Json(false) : Json{{"oneOf", choice}};
}

// Where `plugin` names this one, `options` are its own.
Json OptionsRule(const PluginInfo& plugin) {
  Json options = StrictSchema(plugin.options_schema);
  if (!NeedsOptions(plugin)) options["type"] = {"object", "null"};
  Json then = {{"properties", {{"options", std::move(options)}}}};
  if (NeedsOptions(plugin)) then["required"] = {"options"};
  Json condition = Required({"plugin"});
  condition["properties"] = {{"plugin", {{"const", plugin.id}}}};
  return {{"if", std::move(condition)}, {"then", std::move(then)}};
}

void AddOptionsRules(Json& rules, const Catalog& catalog, std::optional<StageKind> kind) {
  for (const auto& plugin : catalog.plugins) {
    bool wanted = !kind || plugin.stage == *kind;
    if (wanted && SchemaFaults(plugin.options_schema).empty()) {
      rules.push_back(OptionsRule(plugin));
    }
  }
}

Json NoOptionsWithScript() {
  return {{"if", Required({"script"})}, {"then", {{"properties", {{"options", false}}}}}};
}

// What a stage of this kind may have.
Json KindRule(const Catalog& catalog, StageKind kind) {
  bool deliver = kind == StageKind::kDeliver, summarize = kind == StageKind::kSummarize;
  std::string name(StageName(kind));
  Json then = {
      {"properties", {{"plugin", PluginChoice(catalog, kind)}, {name, {{"$ref", "#/$defs/name"}}}}},
      {"oneOf", {Required({"plugin"}), Required({"script"})}}};
  Json& properties = then["properties"];
  if (deliver) then["oneOf"].push_back(Required({"vendors"}));
  if (!deliver) properties["vendors"] = properties["route"] = properties["receipts_within"] = false;
  if (!deliver && !summarize) properties["retry"] = false;
  if (!summarize) properties["otherwise"] = false;
  if (kind != StageKind::kSegment) properties["script"] = {{"pattern", "\\.lua$"}};
  return {{"if", {{"required", Json::array({name})}}}, {"then", std::move(then)}};
}

void FillStage(Json& stage, const Catalog& catalog) {
  Json& rules = stage["allOf"];
  for (StageKind kind : kStageKinds) rules.push_back(KindRule(catalog, kind));
  rules.push_back(
      {{"if", Required({"vendors"})}, {"then", {{"properties", {{"options", false}}}}}});
  rules.push_back(NoOptionsWithScript());
  AddOptionsRules(rules, catalog, std::nullopt);
}

void FillVendor(Json& vendor, const Catalog& catalog) {
  Json choice = {{"properties", {{"plugin", PluginChoice(catalog, StageKind::kDeliver)}}}};
  vendor["allOf"] = {std::move(choice), NoOptionsWithScript()};
  vendor["allOf"].push_back({{"properties", {{"script", {{"pattern", "\\.lua$"}}}}}});
  AddOptionsRules(vendor["allOf"], catalog, StageKind::kDeliver);
}

// The bare id of a plugin that needs no options, or a mapping.
void FillOtherwise(Json& otherwise, const Catalog& catalog) {
  Json bare = Json::array();
  for (const auto& plugin : catalog.plugins) {
    if (plugin.stage == StageKind::kSummarize && !NeedsOptions(plugin)) bare.push_back(plugin.id);
  }
  Json full = {{"type", "object"}, {"additionalProperties", false}, {"required", {"plugin"}}};
  full["properties"] = {{"plugin", PluginChoice(catalog, StageKind::kSummarize)},
                        {"options", {{"$ref", "#/$defs/options"}}}};
  full["allOf"] = Json::array();
  AddOptionsRules(full["allOf"], catalog, StageKind::kSummarize);
  if (full["allOf"].empty()) full.erase("allOf");  // it may not be empty
  otherwise["anyOf"] = {std::move(full)};
  if (!bare.empty()) otherwise["anyOf"].push_back({{"enum", std::move(bare)}});
}

}  // namespace

Json Schema(const Catalog& catalog) {
  Json schema = *ParseJson(kFrame);
  Json& parts = schema["$defs"];
  FillStage(parts["stage"], catalog);
  FillVendor(parts["vendor"], catalog);
  FillOtherwise(parts["otherwise"], catalog);
  return schema;
}

}  // namespace tidings::config
