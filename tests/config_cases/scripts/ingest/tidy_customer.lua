return ingest { name = "tidy", process = function(record) return record end }
