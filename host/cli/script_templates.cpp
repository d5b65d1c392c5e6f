#include "cli/script_templates.h"

#include <algorithm>

#include <fmt/core.h>

namespace tidings::cli {
namespace {

constexpr size_t kLongestName = 60;

bool IsSmall(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr ScriptTemplate kTemplates[] = {
    {"segment", "segment", "A rule: which customers belong to an audience", R"lua(
-- {{TITLE}}: say in a sentence whom this rule finds, and why they matter.
--
-- `c` is one customer. What is missing is nil, so ask before you calculate with it; a misspelt field
-- is an error. scripts/README.md lists the fields and functions.
return segment {
  name = "{{TITLE}}",

  match = function(c)
    if not c.last_order_date then return false end
    return days_since(c.last_order_date) > 90 and c.total_spend >= 1000
  end,
}
)lua",
     R"json(
{"name": "spent enough, long ago", "now": "2026-03-01", "customer": {"last_order_date": "2025-11-01", "total_spend": 1000}, "expect": true}
{"name": "was here last month", "now": "2026-03-01", "customer": {"last_order_date": "2026-02-01", "total_spend": 1000}, "expect": false}
{"name": "spent too little", "now": "2026-03-01", "customer": {"last_order_date": "2025-11-01", "total_spend": 999.99}, "expect": false}
{"name": "never ordered", "now": "2026-03-01", "customer": {}, "expect": false}
)json",
     "- segment: audience\n  script: segment/             # every rule of the folder"},
    {"ingest", "ingest", "Changes or drops customers and orders as they come in", R"lua(
-- {{TITLE}}: say in a sentence what becomes of a record here.
--
-- `record` is a customer or an order as it came in, before it is checked. Return it, changed or not;
-- or nil and the reason why it is dropped.
return ingest {
  name = "{{TITLE}}",
  entity = "customer",  -- or "order"; other records pass by

  process = function(record)
    if record.email == "test@example.com" then return nil, "a test address" end
    record.city = record.city or "unknown"
    return record
  end,
}
)lua",
     R"json(
{"name": "without a city", "record": {"name": "Asha"}, "expect": {"name": "Asha", "city": "unknown"}}
{"name": "with one", "record": {"name": "Asha", "city": "Pune"}, "expect": {"name": "Asha", "city": "Pune"}}
{"name": "a test", "record": {"email": "test@example.com"}, "expect": null, "why": "a test address"}
)json",
     "- ingest: {{NAME}}\n  script: ingest/{{NAME}}.lua"},
    {"deliver", "deliver", "A vendor: sends each message", R"lua(
-- {{TITLE}}: posts each message to a vendor.
--
-- Answer accept(reference), retry(seconds, why) or reject(why). After a crash a message may come
-- again, with the same idempotency_key: pass it on. The address has to be allowed; docs/operator.md
-- tells how.
local URL = "https://vendor.example/messages"

local function post(message)
  return http {
    method = "POST",
    url = URL,
    headers = {["content-type"] = "application/json", ["idempotency-key"] = message.idempotency_key},
    body = json.encode {id = message.id, to = message.recipient, text = message.text},
  }
end

return deliver {
  name = "{{TITLE}}",

  send = function(message)
    local answer, why = post(message)
    if not answer then return retry(30, why) end
    local status = answer.status
    if status == 429 or status >= 500 then return retry(30, "answered " .. status) end
    if status >= 300 then return reject("answered " .. status) end
    return accept(message.id)
  end,
}
)lua",
     R"json(
{"name": "taken", "message": {"id": "c.1", "idempotency_key": "k1", "recipient": "asha@example.com", "text": "Hi"}, "http": [{"request": {"method": "POST", "headers": {"idempotency-key": "k1"}, "body": "{\"id\":\"c.1\",\"text\":\"Hi\",\"to\":\"asha@example.com\"}"}, "answer": {"status": 202}}], "expect": {"verdict": "accept", "reference": "c.1"}}
{"name": "busy", "message": {"id": "c.1"}, "http": [{"answer": {"status": 429}}], "expect": {"verdict": "retry", "seconds": 30, "reason": "answered 429"}}
{"name": "broken", "message": {"id": "c.1"}, "http": [{"answer": {"status": 503}}], "expect": {"verdict": "retry", "seconds": 30, "reason": "answered 503"}}
{"name": "away", "message": {"id": "c.1"}, "http": [{"error": "nobody answers"}], "expect": {"verdict": "retry", "seconds": 30, "reason": "nobody answers"}}
{"name": "refused", "message": {"id": "c.1"}, "http": [{"answer": {"status": 400}}], "expect": {"verdict": "reject", "reason": "answered 400"}}
)json",
     "- deliver: email\n  vendors:\n    - script: deliver/{{NAME}}.lua"},
    {"receipt", "receipt", "Reads what a vendor tells of messages that were sent", R"lua(
-- {{TITLE}}: reads the callback in which a vendor tells what became of messages.
--
-- `request` has method, path, query, headers and body. Return a list of receipts; message_id is the
-- id that the vendor was given. An error answers the vendor with 400.
local STATUS = {ok = "delivered", bounced = "failed"}

return receipt {
  name = "{{TITLE}}",

  parse = function(request)
    local events, why = json.decode(request.body)
    if not events then error("no JSON: " .. why) end

    local receipts = {}
    for i, event in ipairs(events) do
      local status = STATUS[event.event] or error("unknown event " .. tostring(event.event))
      receipts[i] = {message_id = event.id, status = status, reason = event.reason}
    end
    return receipts
  end,
}
)lua",
     R"json(
{"name": "two events", "request": {"body": "[{\"id\": \"c.1\", \"event\": \"ok\"}, {\"id\": \"c.2\", \"event\": \"bounced\", \"reason\": \"EMAIL_BOUNCED\"}]"}, "expect": [{"message_id": "c.1", "status": "delivered"}, {"message_id": "c.2", "status": "failed", "reason": "EMAIL_BOUNCED"}]}
{"name": "an unknown event", "request": {"body": "[{\"id\": \"c.1\", \"event\": \"lost\"}]"}, "error": "unknown event lost"}
{"name": "no JSON", "request": {"body": "id=c.1"}, "error": "no JSON"}
)json",
     "- receipt: {{NAME}}\n  script: receipt/{{NAME}}.lua"},
    {"summarize", "summarize", "Writes up a campaign", R"lua(
-- {{TITLE}}: says what happened in a campaign, and what one is for.
--
-- `task.kind` is "summary" or "intent"; `task.facts` holds the figures. docs/plugins.md lists them.
return summarize {
  name = "{{TITLE}}",

  write = function(task)
    local facts = task.facts
    if task.kind == "intent" then return "Reaches " .. facts.rule .. "." end
    return string.format("%s: %d of %d messages arrived.", facts.name, facts.delivered, facts.sent)
  end,
}
)lua",
     R"json(
{"name": "a summary", "task": {"kind": "summary", "facts": {"name": "Hello", "sent": 10, "delivered": 9}}, "expect": "Hello: 9 of 10 messages arrived."}
{"name": "an intent", "task": {"kind": "intent", "facts": {"rule": "customers of Pune"}}, "expect": "Reaches customers of Pune."}
)json",
     "- summarize: {{NAME}}\n  script: summarize/{{NAME}}.lua"},
    {"route", "deliver", "Orders the vendors of a deliver stage for each message", R"lua(
-- {{TITLE}}: says which vendor is tried first.
--
-- `vendors` are the names of the stage's vendors in the order of pipelines.yaml. Return those that
-- may send the message, the best first.
return route {
  name = "{{TITLE}}",

  choose = function(message, vendors)
    if message.attempt > 1 then table.insert(vendors, table.remove(vendors, 1)) end
    return vendors
  end,
}
)lua",
     R"json(
{"name": "the first as it is", "message": {"attempt": 1}, "vendors": ["a", "b", "c"], "expect": ["a", "b", "c"]}
{"name": "after a failure the next", "message": {"attempt": 2}, "vendors": ["a", "b", "c"], "expect": ["b", "c", "a"]}
)json",
     "- deliver: email\n  vendors: [...]\n  route: deliver/{{NAME}}.lua"},
};

}  // namespace

std::span<const ScriptTemplate> ScriptTemplates() { return kTemplates; }

bool IsFileName(std::string_view name) {
  bool begins = !name.empty() && name.size() <= kLongestName && IsSmall(name[0]);
  return begins && std::all_of(name.begin(), name.end(),
                               [](char c) { return IsSmall(c) || IsDigit(c) || c == '_'; });
}

std::string FileNameFor(std::string_view text) {
  std::string name;
  for (char c : text) {
    char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    bool plain = IsSmall(small) || (IsDigit(small) && !name.empty());
    if (plain) name += small;
    if (!plain && !name.empty() && name.back() != '_') name += '_';
  }
  name = name.substr(0, kLongestName);
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name;
}

std::string TitleOf(std::string_view name) {
  std::string title(name);
  std::replace(title.begin(), title.end(), '_', ' ');
  if (!title.empty() && IsSmall(title[0])) title[0] = static_cast<char>(title[0] - 32);
  return title;
}

std::string Fill(std::string_view text, std::string_view key, std::string_view value) {
  std::string filled(text), mark = fmt::format("{{{{{}}}}}", key);
  for (size_t at = 0; (at = filled.find(mark, at)) != filled.npos; at += value.size()) {
    filled.replace(at, mark.size(), value);
  }
  return filled;
}

}  // namespace tidings::cli
