// Binds the operator's mapping to the header of a file.
#include <algorithm>
#include <set>

#include "plan.h"

namespace ingest_csv {
namespace {

// The least number of insertions, removals and replacements between two words.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// `; did you mean "X"?`, or nothing where no header is near.
std::string Suggest(std::string_view name, const std::vector<std::string>& header) {
  constexpr size_t kLongest = 64;  // of a name worth comparing
  std::string folded = Fold(name.substr(0, kLongest)), best;
  size_t nearest = folded.size() / 3 + 1;
  for (auto& candidate : header) {
    size_t distance = Distance(folded, Fold(std::string_view(candidate).substr(0, kLongest)));
    if (distance > nearest || (distance == nearest && !best.empty())) continue;
    nearest = distance;
    best = candidate;
  }
  return best.empty() ? "" : "; did you mean `" + best + "`?";
}

Type TypeOf(std::string_view path) {
  static const std::set<std::string, std::less<>> kNumbers = {
      "amount",      "orderamount",   "totalamount",  "total",      "quantity",
      "qty",         "unitprice",     "price",        "totalspend", "totalspent",
      "totalsales",  "lifetimespend", "openingspend", "visit",      "visits",
      "totalvisits", "visitcount",    "openingvisit", "ordercount", "totalorders"};
  static const std::set<std::string, std::less<>> kTimes = {
      "orderdate",     "orderedat",   "createdat",   "updatedat", "joined",     "joinedat",
      "lastorderdate", "lastordered", "lastorderat", "timestamp", "occurredat", "date"};
  if (path.find('.') != std::string_view::npos) return Type::kText;
  std::string folded = Fold(path);
  if (kNumbers.count(folded) > 0) return Type::kNumber;
  return kTimes.count(folded) > 0 ? Type::kTime : Type::kText;
}

// Takes a ":number", ":time" or ":text" off the path; none where it names no type.
std::optional<Type> TakeType(std::string& path) {
  size_t colon = path.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string name = path.substr(colon + 1);
  path.erase(colon);
  if (name == "number") return Type::kNumber;
  if (name == "time") return Type::kTime;
  if (name == "text") return Type::kText;
  throw OptionsError{"/columns", "the type `" + name + "` is none of number, time, text"};
}

bool TakePrefix(std::string& path, std::string_view prefix) {
  if (path.compare(0, prefix.size(), prefix) != 0) return false;
  path.erase(0, prefix.size());
  return true;
}

// How many columns the file had before a rejects file was made of it.
size_t OwnColumns(const std::vector<std::string>& header) {
  size_t count = header.size();
  while (count > 0 &&
         (header[count - 1] == "reject_line" || header[count - 1] == "reject_reason")) {
    --count;
  }
  return count;
}

class Binder {
 public:
  Binder(const Options& options, Plan& plan) : options_(options), plan_(plan) {}

  void Bind() {
    BindColumns();
    BindUnmapped();
    BindDefaults();
    BindRules();
    if (!options_.group_by.empty()) plan_.group_column = ColumnOf(options_.group_by, "/group_by");
    if (!errors_.empty()) throw OptionsError{where_, errors_ + Hint()};
    Derive();
  }

 private:
  void BindColumns() {
    for (auto& [name, fields] : options_.columns) {
      int column = ColumnOf(name, "/columns");
      if (column < 0) continue;
      mapped_.insert(column);
      for (auto& path : fields) Add(path, column);
    }
  }

  void BindUnmapped() {
    bool keep =
        options_.unmapped == "keep" || (options_.unmapped == "auto" && options_.columns.empty());
    if (!keep && options_.unmapped != "attributes") return;
    for (size_t i = 0; i < plan_.own_columns; ++i) {
      int column = static_cast<int>(i);
      if (mapped_.count(column) > 0 || plan_.header[i].empty()) continue;
      std::string path = keep ? plan_.header[i] : "attributes." + plan_.header[i];
      bound_.insert(path);
      fallback_ = DefaultOf(path);
      AddField(plan_.record, path, column, std::nullopt);
    }
  }

  void BindDefaults() {
    for (auto& [path, text] : options_.defaults) {
      if (bound_.count(path) == 0) Add(path, -1);
    }
  }

  void BindRules() {
    for (size_t i = 0; i < options_.rejects.size(); ++i) {
      auto& rule = options_.rejects[i];
      int column = ColumnOf(rule.column, "/rejects/" + std::to_string(i) + "/column");
      if (column >= 0) plan_.rules.push_back({&rule, column});
    }
  }

  // Puts the field into the object that its prefix names.
  void Add(std::string path, int column) {
    auto type = TakeType(path);
    bound_.insert(path);
    fallback_ = DefaultOf(path);
    bool order = plan_.entity == "order";
    if (TakePrefix(path, "customer.")) {
      if (order && !options_.customers) {
        Error("/customers", "must be true for the field `customer." + path + "` to be of use");
      }
      AddField(order ? plan_.customer : plan_.record, path, column, type);
    } else if (TakePrefix(path, "items.") || TakePrefix(path, "item.")) {
      if (!order) Error("/columns", "`items." + path + "` is of orders; these are customers");
      AddField(plan_.item, path, column, type);
    } else {
      AddField(plan_.record, path, column, type);
    }
  }

  void AddField(ObjectPlan& plan, const std::string& path, int column, std::optional<Type> type) {
    std::string header = column < 0 ? path : plan_.header[static_cast<size_t>(column)];
    if (plan.Add({path, type.value_or(TypeOf(path)), column, header, fallback_})) return;
    Error("/columns", "two columns are mapped to `" + path + "`");
  }

  std::string DefaultOf(const std::string& path) const {
    auto found = options_.defaults.find(path);
    return found == options_.defaults.end() ? std::string() : found->second;
  }

  // The column of that name, as it stands or folded; notes an error and gives -1 otherwise.
  int ColumnOf(const std::string& name, const std::string& where) {
    int found = Match(name, [](std::string_view text) { return std::string(text); });
    if (found == kNone) found = Match(name, [](std::string_view text) { return Fold(text); });
    if (found >= 0) return found;
    Error(where, found == kMany
                     ? "several columns are called `" + name + "`"
                     : "the file has no column `" + name + "`" + Suggest(name, plan_.header));
    return -1;
  }

  template <class Key>
  int Match(const std::string& name, Key key) {
    int found = kNone;
    for (size_t i = 0; i < plan_.header.size(); ++i) {
      if (key(plan_.header[i]) != key(name)) continue;
      if (found != kNone) return kMany;
      found = static_cast<int>(i);
    }
    return found;
  }

  void Error(const std::string& where, const std::string& message) {
    if (where_.empty()) where_ = where;
    if (!errors_.empty()) errors_ += "; ";
    errors_ += message;
  }

  std::string Hint() const {
    if (plan_.header.size() == 1) {
      return "; the header has one column only, so look at `separator` too";
    }
    std::string names;
    for (auto& name : plan_.header) names += (names.empty() ? "" : ", ") + name;
    return "; the header is: " + names;
  }

  void Derive() {
    for (auto name : {"externalid", "email", "phone"}) {
      if (auto* field = plan_.customer.Find({name})) plan_.customer_keys.push_back(*field);
    }
    if (options_.customers && plan_.entity == "order" && plan_.customer_keys.empty()) {
      throw OptionsError{"/columns",
                         "customers are wanted, but no column is mapped to customer.external_id, "
                         "customer.email or customer.phone"};
    }
    for (auto& field : plan_.record.fields()) {
      if (Fold(field.path).compare(0, 8, "customer") == 0) {
        plan_.customer_reference.push_back(field);
      }
    }
    if (plan_.record.Find({"amount", "orderamount", "totalamount"})) return;
    plan_.quantity = plan_.item.Find({"quantity", "qty"});
    plan_.unit_price = plan_.item.Find({"unitprice", "price"});
  }

  static constexpr int kNone = -1, kMany = -2;
  const Options& options_;
  Plan& plan_;
  std::set<int> mapped_;
  std::set<std::string> bound_;
  std::string where_, errors_, fallback_;
};

}  // namespace

void MakePlan(const Options& options, const std::string& entity, const Cells& header, Plan* plan) {
  *plan = Plan();
  plan->entity = entity;
  plan->header.assign(header.begin(), header.end());
  plan->own_columns = OwnColumns(plan->header);
  Binder(options, *plan).Bind();
}

}  // namespace ingest_csv
