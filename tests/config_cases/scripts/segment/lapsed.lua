return segment { name = "Lapsed", match = function(c) return c.visit == 0 end }
