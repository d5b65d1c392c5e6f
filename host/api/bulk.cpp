#include "api/bulk.h"

#include <future>

#include <fmt/format.h>

#include "api/rows.h"
#include "base/text.h"

namespace tidings::api {
namespace {

using pipeline::IngestReport;
using pipeline::Payload;
using pipeline::RowChange;
using pipeline::RowReport;

// A JSON string literal of text that is known to need no escapes is written by hand: ids and names
// of states, millions of them. Everything else goes through the library.
void AppendRow(std::string& out, uint64_t row, const RowReport& report) {
  if (!out.empty()) out += ',';
  fmt::format_to(std::back_inserter(out), R"({{"row":{},"line":{},"status":"{}")", row, report.line,
                 pipeline::RowChangeName(report.change));
  if (!report.id.IsNil()) out.append(R"(,"id":")").append(report.id.ToString()).append("\"");
  if (!report.errors.empty()) {
    Json errors = Json::array();
    for (const auto& error : report.errors) {
      errors.push_back(
          {{"pointer", error.pointer}, {"value", error.value}, {"detail", error.message}});
    }
    out.append(R"(,"errors":)").append(ToLine(errors));
  }
  out += '}';
}

// The rows of one call on their way through the pipeline: while one batch is being committed, the
// next is read and cut.
class BulkIngest {
 public:
  BulkIngest(const BulkCall& call, const http::Request& request)
      : call_(call), source_(request.path), only_refused_(request.Query("rows") == "refused") {}

  ~BulkIngest() {
    if (under_way_.valid()) under_way_.wait();
  }

  void Add(std::string_view row, uint64_t line) {
    Payload payload;
    payload.bytes = row;
    payload.content_type = "application/json";
    payload.entity = call_.entity;
    payload.source = source_;
    payload.line = line;
    bytes_ += row.size();
    waiting_.push_back(std::move(payload));
  }

  bool Full() const { return waiting_.size() >= kRowsPerBatch || bytes_ >= kBytesPerBatch; }

  // Hands the waiting rows on, once the batch before them is committed: order is kept, so of two
  // rows with one key the later wins.
  Status Submit() {
    TRY(Settle());
    if (waiting_.empty()) return {};
    base_ = submitted_;
    submitted_ += waiting_.size();
    under_way_ = std::async(std::launch::async, call_.take_in, std::move(waiting_));
    waiting_.clear();
    bytes_ = 0;
    return {};
  }

  Status Settle() {
    if (!under_way_.valid()) return {};
    TRY_ASSIGN(IngestReport report, under_way_.get());
    for (auto& row : report.rows) Account(row);
    return {};
  }

  const pipeline::RowCounts& counts() const { return counts_; }
  const RowReport& last() const { return last_; }
  bool single() const { return submitted_ == 1 && counts_.total() == 1; }

  std::string Answer() const {
    return fmt::format(
        R"({{"created":{},"updated":{},"unchanged":{},"refused":{},"dropped":{},"rows":[{}]}})",
        counts_.created, counts_.updated, counts_.unchanged, counts_.refused, counts_.dropped,
        rows_);
  }

 private:
  void Account(RowReport& row) {
    counts_.Add(row.change);
    if (!only_refused_ || row.change == RowChange::kRefused) {
      AppendRow(rows_, base_ + row.payload + 1, row);
    }
    last_ = std::move(row);
  }

  const BulkCall& call_;
  const std::string source_;
  const bool only_refused_;
  std::vector<Payload> waiting_;
  size_t bytes_ = 0;  // of waiting_
  uint64_t submitted_ = 0, base_ = 0;
  std::future<Result<IngestReport>> under_way_;
  pipeline::RowCounts counts_;
  RowReport last_;
  std::string rows_;  // the answer's entries
};

bool IsNdjson(const http::Request& request) {
  auto type = request.MediaType();
  return type == "application/x-ndjson" || type == "application/ndjson" ||
         type == "application/jsonl";
}

// Why reading stopped, with what had been kept by then.
struct Stopped {
  Error error;
  bool client_gone = false;
};

std::optional<Stopped> ReadRows(http::BodyReader& body, RowSplitter& splitter, BulkIngest& ingest) {
  for (;;) {
    auto piece = body.Next();
    if (!piece) return Stopped{piece.error(), true};
    auto status = piece->empty() ? splitter.Finish() : splitter.Feed(*piece);
    if (status && (ingest.Full() || piece->empty())) status = ingest.Submit();
    if (!status) return Stopped{status.error()};
    if (piece->empty()) break;
  }
  auto settled = ingest.Settle();
  return settled ? std::nullopt : std::optional(Stopped{settled.error()});
}

void AnswerStopped(const Stopped& stopped, BulkIngest& ingest, const http::Responder& responder) {
  // Rows before the bad place are good rows: they are kept, and the answer says how many.
  auto rest = stopped.error.code == Code::kInvalidArgument ? ingest.Submit() : Status();
  if (rest) rest = ingest.Settle();
  if (!rest) return responder.Fail(rest.error());
  if (stopped.client_gone) return;
  Error error = stopped.error;
  const auto& counts = ingest.counts();
  if (counts.total() > 0) {
    error.message += fmt::format(
        "; of the {} rows before it {} were created, {} updated, {} unchanged and {} refused",
        counts.total(), counts.created, counts.updated, counts.unchanged, counts.refused);
  }
  bool too_long = error.code == Code::kResourceExhausted;
  too_long ? responder.Problem(413, error.message) : responder.Fail(error);
}

void AnswerSingle(const BulkCall& call, const RowReport& row, const http::Responder& responder) {
  if (row.change == RowChange::kRefused) {
    std::vector<http::FieldProblem> errors;
    for (const auto& error : row.errors) errors.push_back({error.pointer, error.message});
    return responder.Problem(400, "the " + call.entity + " was refused", errors);
  }
  if (row.change == RowChange::kDropped) {
    return responder.Send(http::Response::OfJson(200, {{"status", "dropped"}}));
  }
  auto object = call.read_back(row.id);
  if (!object) return responder.Fail(object.error());
  int status = row.change == RowChange::kCreated ? 201 : 200;
  responder.Send(
      http::Response::OfJson(status, *object).With("Location", call.location + row.id.ToString()));
}

}  // namespace

void HandleBulk(const BulkCall& call, const http::Request& request, http::BodyReader body,
                const http::Responder& responder) {
  BulkIngest ingest(call, request);
  RowSplitter splitter(IsNdjson(request), kLargestRow,
                       [&](std::string_view row, uint64_t line) { ingest.Add(row, line); });
  if (auto stopped = ReadRows(body, splitter, ingest)) {
    return AnswerStopped(*stopped, ingest, responder);
  }
  if (splitter.shape() == BodyShape::kObject && ingest.single()) {
    return AnswerSingle(call, ingest.last(), responder);
  }
  responder.Send(http::Response::Of(200, "application/json", ingest.Answer()));
}

}  // namespace tidings::api
