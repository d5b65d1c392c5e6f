return deliver { name = "log", send = function(message) return accept(message.id) end }
