// Options and batches made up for trying plugins out.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "tidings/plugin.h"

namespace tidings::plugin {

// Options that fit an object schema: every required member, and of the others those that fall out.
// Knows type, const, enum, default, examples, minimum, maximum, multipleOf 1, minLength, maxLength,
// items, minItems, maxItems, properties, required, anyOf and oneOf. A member with a `pattern` or
// `format` gets its default or first example.
Json RandomOptions(const Json& schema, Random& random);

// The plainest that fits: required members only, defaults and first examples where there are any.
Json PlainOptions(const Json& schema);

// Which texts the items of a batch have.
enum class Flavour {
  kPlain,  // as in real life
  kEmpty,  // every text empty, every number 0
  kOdd,    // line breaks, quotes, NUL, broken UTF-8, very long, extremes of numbers
};

// A batch and all that it points to. Stays put: the batch points into it.
class SampleBatch {
 public:
  SampleBatch(tidings_stage stage, size_t count, Flavour flavour, Random& random);
  SampleBatch(const SampleBatch&) = delete;
  SampleBatch& operator=(const SampleBatch&) = delete;

  const tidings_batch& batch() const { return batch_; }

 private:
  tidings_text Text(std::string text);
  tidings_text Text(std::string plain, Flavour flavour);
  int64_t Number(int64_t plain, Flavour flavour);
  void Fill(tidings_payload& item, size_t i, Flavour flavour);
  void Fill(tidings_customer& item, size_t i, Flavour flavour);
  void Fill(tidings_message& item, size_t i, Flavour flavour);
  void Fill(tidings_http_request& item, size_t i, Flavour flavour);
  void Fill(tidings_task& item, size_t i, Flavour flavour);
  template <class Item>
  void Make(size_t count, Flavour flavour);

  Random& random_;
  const bool csv_;  // what ingest gets, else JSON
  std::deque<std::string> texts_;
  std::vector<std::max_align_t> items_;
  tidings_batch batch_{};
};

}  // namespace tidings::plugin
