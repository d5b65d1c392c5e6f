// The plugin: payloads of CSV in, customers and orders out.
#include "importer.h"
#include "tidings/plugin.hpp"

namespace ingest_csv {
namespace {

namespace sdk = tidings::sdk;

// What the importer finds in one item, into the batch's output.
class OutputSink : public Sink {
 public:
  OutputSink(const sdk::Output& output, size_t item) : output_(output), item_(item) {}
  void Record(uint64_t line, std::string_view entity, std::string_view json) override {
    output_.Record(item_, entity, json, line);
  }
  void Refuse(uint64_t line, std::string_view column, std::string_view value,
              std::string_view reason) override {
    output_.Refuse(item_, line, column, value, reason);
  }

 private:
  const sdk::Output& output_;
  const size_t item_;
};

// Calls `body`, and reports what is wrong with the options through the host.
template <class Body>
auto Reported(Body body) {
  try {
    return body();
  } catch (const OptionsError& error) {
    throw sdk::Failure(TIDINGS_INVALID, error.message, error.where);
  }
}

class IngestCsv : public sdk::Plugin {
 public:
  static constexpr auto kId = "ingest_csv";
  static constexpr auto kVersion = "1.0.0";
  static constexpr auto kSummary =
      "Reads customers and orders from CSV files of any dialect, by a mapping of columns.";
  static constexpr auto kOptionsSchema = ingest_csv::kOptionsSchema;
  static constexpr tidings_stage kStage = TIDINGS_INGEST;

  IngestCsv(sdk::Host host, std::string_view options)
      : Plugin(host), importer_(Reported([&] { return ParseOptions(options); })) {}

  void Process(const sdk::Payloads& batch, const sdk::Output& out) {
    for (size_t i = 0; i < batch.size(); ++i) {
      OutputSink sink(out, i);
      Reported([&] { Take(batch[i], sink); });
    }
  }

 private:
  void Take(const tidings_payload& piece, Sink& sink) {
    if (piece.first) importer_.Begin(piece.line, sdk::ToString(piece.entity));
    importer_.Feed(sdk::ToView(piece.bytes), piece.last != 0, sink);
  }

  Importer importer_;
};

}  // namespace
}  // namespace ingest_csv

TIDINGS_PLUGIN(ingest_csv::IngestCsv)
