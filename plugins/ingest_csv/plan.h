// How the cells of a line become the members of JSON objects. Made once for each header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "options.h"

namespace ingest_csv {

using Cells = std::vector<std::string_view>;  // trimmed, UTF-8; one for each column of the header

// Why a line is refused, and for which cell.
struct Problem {
  std::string column, value, reason;
};

enum class Type { kText, kNumber, kTime };

struct Field {
  std::string path;  // within its object: "city", "attributes.country"
  Type type = Type::kText;
  int column = -1;     // -1: the fallback alone
  std::string header;  // the column's name, for errors
  std::string fallback;

  std::string_view TextIn(const Cells& cells) const;
};

// The members of one JSON object.
class ObjectPlan {
 public:
  // Fails (returns false) when the path is taken already.
  bool Add(Field field);
  bool empty() const { return fields_.empty() && nested_.empty(); }
  // The field whose name folds to one of `names`, or null. Not among nested ones.
  const Field* Find(std::initializer_list<std::string_view> names) const;
  const std::vector<Field>& fields() const { return fields_; }

  // Appends `"a":1,"b":{"c":"x"}` for what is not empty. False when a cell cannot be read; *problem
  // says why.
  bool Append(const Cells& cells, const Options& options, std::string& json,
              Problem* problem) const;

 private:
  std::vector<Field> fields_;
  std::vector<std::pair<std::string, ObjectPlan>> nested_;
};

struct BoundRule {
  const RejectRule* rule = nullptr;
  int column = 0;
};

// Everything that is known once the header is. Points into the options it was made from.
struct Plan {
  std::vector<std::string> header;
  size_t own_columns = 0;  // the first ones; reject_line and reject_reason may come after them
  std::string entity;
  ObjectPlan record;    // the customer or order itself
  ObjectPlan item;      // of an order, made from one line
  ObjectPlan customer;  // of an order, where customers are wanted too
  std::vector<BoundRule> rules;
  int group_column = -1;
  std::vector<Field> customer_keys;       // the first that is not empty tells customers apart
  std::vector<Field> customer_reference;  // must be the same on all lines of an order
  const Field* quantity = nullptr;        // both set: the amount is summed
  const Field* unit_price = nullptr;
};

// Binds the options to a header. Throws OptionsError naming every column that is not there.
// `plan` must stay where it is while it is used.
void MakePlan(const Options& options, const std::string& entity, const Cells& header, Plan* plan);

// Lower case without spaces, underscores and hyphens: "Invoice No" and "invoice_no" are the same.
std::string Fold(std::string_view name);

}  // namespace ingest_csv
