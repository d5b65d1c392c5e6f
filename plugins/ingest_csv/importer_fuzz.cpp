// The first byte chooses options and the size of pieces; the rest is the file. However it is cut
// into pieces, the same records and refusals must come out.
#include <cstdlib>

#include "importer.h"

namespace {

using namespace ingest_csv;

constexpr const char* kOptions[] = {
    R"({"entity": "customer"})",
    R"({"entity": "customer", "encoding": "utf-8", "unmapped": "attributes"})",
    R"({"entity": "customer", "encoding": "windows-1252", "duplicates": "reject"})",
    R"({"entity": "order", "group_by": "a", "customers": true, "duplicates": "reject",
        "columns": {"a": "external_id", "b": ["customer_id", "customer.external_id"],
                    "c": "items.quantity", "d": "items.unit_price"}})",
    R"({"entity": "order", "unmapped": "keep", "decimal": ",", "date_format": "%d.%m.%Y",
        "columns": {"a": "order_date", "b": "amount"},
        "rejects": [{"reason": "r", "column": "c", "less_than": 0}]})",
};

class Digest : public Sink {
 public:
  void Record(uint64_t line, std::string_view entity, std::string_view json) override {
    if (!IsUtf8(json) || json.find('\n') != std::string_view::npos) std::abort();
    Add(line, {entity, json});
  }
  void Refuse(uint64_t line, std::string_view column, std::string_view value,
              std::string_view reason) override {
    if (!IsUtf8(value)) std::abort();
    Add(line, {column, value, reason});
  }
  Fingerprint all;

 private:
  void Add(uint64_t line, std::initializer_list<std::string_view> texts) {
    all.Add(std::to_string(line));
    for (auto text : texts) all.Add(text);
  }
};

Fingerprint Run(const char* options, std::string_view csv, size_t piece) {
  Importer importer(ParseOptions(options));
  Digest digest;
  try {
    importer.Begin(1, "");
    for (; csv.size() > piece; csv.remove_prefix(piece)) {
      importer.Feed(csv.substr(0, piece), false, digest);
    }
    importer.Feed(csv, true, digest);
  } catch (const OptionsError& error) {
    digest.all.Add(error.message);
  }
  return digest.all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view csv(reinterpret_cast<const char*>(data) + 1, size - 1);
  const char* options = kOptions[data[0] % std::size(kOptions)];
  size_t piece = 1 + data[0] / std::size(kOptions);
  if (!(Run(options, csv, piece) == Run(options, csv, size))) std::abort();
  return 0;
}
