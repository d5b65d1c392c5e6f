-- A vendor without a plugin: posts each message as JSON to an address of yours. Copy it, change the
-- address and what is sent, and name it in pipelines.yaml:
--
--   vendors:
--     - script: deliver/webhook.lua
--
-- The address must be allowed for outgoing calls; see docs/operator.md.
local URL = "http://127.0.0.1:9000/messages"

-- What a vendor answers when the same message may well succeed later.
local BUSY = {[408] = true, [425] = true, [429] = true, [500] = true, [502] = true, [503] = true,
              [504] = true}

local function reference(answer)
  local body = json.decode(answer.body or "")
  return type(body) == "table" and type(body.id) == "string" and body.id or nil
end

return deliver {
  name = "Webhook",

  send = function(message)
    local answer, why = http {
      method = "POST",
      url = URL,
      headers = {
        ["content-type"] = "application/json",
        ["idempotency-key"] = message.idempotency_key,
      },
      body = json.encode {
        id = message.id,
        to = message.recipient,
        subject = message.subject,
        text = message.text,
        html = message.html,
      },
    }

    if not answer then return retry(30, why) end
    local status = answer.status
    if status >= 200 and status < 300 then return accept(reference(answer)) end
    if BUSY[status] then
      local wait = tonumber((answer.headers or {})["retry-after"]) or 30
      return retry(math.max(1, math.min(wait, 3600)), "answered " .. status)
    end
    return reject("answered " .. status)
  end,
}
