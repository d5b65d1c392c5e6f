// A CSV stream into records: the whole plugin but for the interface to the host.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "encoding.h"
#include "fingerprint.h"
#include "options.h"
#include "orders.h"
#include "plan.h"
#include "reader.h"

namespace ingest_csv {

// Where records and refusals go. Views are valid for the call.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void Record(uint64_t line, std::string_view entity, std::string_view json) = 0;
  virtual void Refuse(uint64_t line, std::string_view column, std::string_view value,
                      std::string_view reason) = 0;
};

// Reads one stream after the other. A line goes through these tests in this order, and the first
// that it fails gives the reason it is refused for:
//   malformed (quotes, number of cells, encoding), the rules of `rejects` in their order,
//   malformed (no group, a number or date that is none), late, another customer than the rest of
//   its order (malformed), duplicated, an amount out of range (malformed).
// Not thread-safe.
class Importer {
 public:
  explicit Importer(Options options);

  // Forgets everything; `line` is that of the header. `entity` is the caller's; throws OptionsError
  // where neither it nor the options say what a line is.
  void Begin(uint64_t line, const std::string& entity);
  // The next piece. Throws OptionsError when the header does not fit the mapping.
  void Feed(std::string_view bytes, bool last, Sink& sink);

 private:
  void Take(std::string_view bytes, bool last, Sink& sink);
  void TakeHeader(const Row& row);
  void TakeRow(Row& row, Sink& sink);
  bool Normalise(Row& row, Problem* problem);
  bool ToUtf8(std::string_view& cell);
  const BoundRule* RuleAgainst() const;
  bool Convert(Problem* problem);
  void Emit(const Row& row, Sink& sink);
  void EmitOrder(const Row& row, Sink& sink);
  OrderLine LineOf(const Row& row);
  void EmitCustomer(uint64_t line, Sink& sink);
  void RefuseLine(const Row& row, Added why, Sink& sink);

  const Options options_;
  Decoder decoder_;
  Reader reader_;
  std::string entity_;
  std::string decoded_;  // a piece as UTF-8
  bool bound_ = false;   // plan_ is made
  std::optional<OptionsError> failure_;
  Plan plan_;
  Orders orders_;
  FingerprintSet seen_, customers_;  // lines (without group_by); customers that were emitted
  Cells cells_;                      // of the row under way
  std::deque<std::string> recoded_;  // cells that were Windows-1252
  Fingerprint fingerprint_;          // of the row's cells
  std::string record_, item_, customer_, json_, reference_;  // of the row; kept for their memory
};

}  // namespace ingest_csv
