return ingest { name = "derive", process = function(record) return record end }
