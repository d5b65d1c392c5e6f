-- Reads the callback of a vendor that posts JSON: one object or a list, each with the message's id
-- and what became of it. Copy it, and change the words to your vendor's.
--
--   {"id": "<message id>", "event": "delivered", "reason": "...", "vendor_id": "...", "at": "..."}
local STATUS = {
  accepted = "sent", queued = "sent", sent = "sent",
  delivered = "delivered", opened = "delivered", clicked = "delivered",
  bounced = "failed", rejected = "failed", failed = "failed", complained = "failed",
}

local function receipt_of(event)
  if type(event) ~= "table" or type(event.id) ~= "string" then error("an event without an id") end
  local status = STATUS[event.event]
  if not status then error("unknown event " .. tostring(event.event)) end
  return {
    message_id = event.id,
    status = status,
    reason = status == "failed" and (event.reason or event.event) or nil,
    reference = event.vendor_id,
    occurred_at = event.at,
  }
end

return receipt {
  name = "Plain JSON",

  parse = function(request)
    local body, why = json.decode(request.body)
    if not body then error("no JSON: " .. why) end
    if body.id then body = {body} end

    local receipts = {}
    for _, event in ipairs(body) do
      receipts[#receipts + 1] = receipt_of(event)
    end
    return receipts
  end,
}
