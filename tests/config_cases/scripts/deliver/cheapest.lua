return route { name = "cheapest", choose = function(message, vendors) return vendors end }
