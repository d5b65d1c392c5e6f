// What PostgreSQL alone can do on this machine: the limits that the benchmarks are held against.
#pragma once

#include <string>

#include "base/result.h"

namespace tidings::bench {

// Rows/s of customers by staged COPY and upsert: binary COPY of 50,000 rows at a time into a
// temporary table, then INSERT ... ON CONFLICT DO UPDATE into a table with a primary key, a unique
// e-mail and a unique phone. One connection, committed. Makes and drops its own table.
Result<double> StagedUpsertRate(const std::string& conninfo, int rows);

// Messages/s of a campaign with nothing around it: one process, an in-process vendor that costs
// nothing, chunks of 5,000 and three threads that hand on to each other (claim, load, render and
// "send"; book as sent; book the receipts), each statement durable and every counter exact. The
// time runs from the first claim to the last receipt; making the audience is not in it.
Result<double> CampaignRate(const std::string& conninfo, int messages);

}  // namespace tidings::bench
