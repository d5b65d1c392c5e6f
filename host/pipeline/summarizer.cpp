#include "pipeline/summarizer.h"

#include "base/log.h"
#include "crm/facts.h"
#include "pg/pool.h"
#include "pg/transaction.h"
#include "queue/chunk_queue.h"

namespace tidings::pipeline {

using queue::ChunkQueue;

Summarizer::Summarizer(pg::Pool& pool, Writer& writer, SummarizerOptions options)
    : pool_(pool),
      writer_(writer),
      options_(std::move(options)),
      lanes_({.name = options_.queue}, [this](int) { return Work(); }) {}

Result<bool> Summarizer::Work() {
  std::optional<queue::Chunk> chunk;
  {
    TRY_ASSIGN(auto connection, pool_.Acquire());
    TRY_ASSIGN(chunk,
               ChunkQueue::Lease(*connection, options_.queue, options_.owner, options_.lease));
  }
  if (!chunk) return false;
  TRY(Summarize(*chunk));
  return true;
}

Status Summarizer::Summarize(const queue::Chunk& chunk) {
  auto facts = crm::FactsStore(pool_, options_.lib).Facts(chunk.source);
  auto written = facts ? writer_.Write("summary", *facts) : Fail(facts.error());
  if (written) return Save(chunk, *written);
  if (chunk.attempt >= options_.attempts) return GiveUp(chunk, written.error());
  log::Warning(options_.queue, "no summary of campaign {} yet (attempt {}): {}",
               chunk.source.ToString(), chunk.attempt, written.error().message);
  return {};
}

Status Summarizer::Save(const queue::Chunk& chunk, const Written& written) {
  TRY_ASSIGN(auto connection, pool_.Acquire());
  return pg::InTransaction(*connection, [&](pg::Transaction& transaction) -> Status {
    TRY_ASSIGN(bool ours, ChunkQueue::Finish(transaction, chunk));
    if (!ours) return {};  // another host has it by now; nothing was written
    TRY(crm::FactsStore::SaveSummary(transaction, chunk.source, written.text, written.by));
    return {};
  });
}

Status Summarizer::GiveUp(const queue::Chunk& chunk, const Error& error) {
  log::Failure(options_.queue, "campaign {} goes without a summary: {}", chunk.source.ToString(),
               error.message);
  TRY_ASSIGN(auto connection, pool_.Acquire());
  queue::DeadLetter letter{chunk.no, chunk.attempt, error.message, "{}"};
  return pg::InTransaction(*connection, [&](pg::Transaction& transaction) -> Status {
    TRY_ASSIGN(bool ours, ChunkQueue::Finish(transaction, chunk));
    if (!ours) return {};  // another host has it by now; nothing was written
    return ChunkQueue::Bury(transaction, chunk.source, options_.queue, {&letter, 1});
  });
}

}  // namespace tidings::pipeline
