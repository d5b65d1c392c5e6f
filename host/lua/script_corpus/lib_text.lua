-- Texts as people type them, made regular. `local text = require "text"`.
local text = {}

-- "  Asha   Rao " -> "Asha Rao"
function text.squeeze(s)
  return (s:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

-- "ASHA o'brien-RAO" -> "Asha O'Brien-Rao". Letters beyond ASCII stay as they are.
function text.title(s)
  local function inner_capital(part) return part:sub(1, 2):upper() .. part:sub(3) end
  return (s:lower():gsub("^%l", string.upper)
                   :gsub("[ -]%l", string.upper)
                   :gsub("'%l%l", inner_capital))
end

-- A name typed all in capitals or all in small letters gets its capitals back; one that has both
-- ("van der Berg", "McKay") is left as its owner wrote it.
function text.name(s)
  s = text.squeeze(s)
  local shouted = not s:find("%l")
  local mumbled = not s:find("%u")
  return (shouted or mumbled) and text.title(s) or s
end

-- "Asha.Rao@Example.COM " -> "asha.rao@example.com"; nil where it is no address.
function text.email(s)
  s = s:gsub("%s", ""):lower()
  return s:match("^[^@]+@[^@]+%.[^@.]+$")
end

-- "00 91 (98) 765-43210" -> "+919876543210"; nil where there are too few digits for a phone.
function text.phone(s)
  local plus = s:match("^%s*%+") or s:match("^%s*00")
  local digits = s:gsub("%D", "")
  if plus and s:match("^%s*00") then digits = digits:sub(3) end
  if #digits < 6 then return nil end
  return (plus and "+" or "") .. digits
end

return text
