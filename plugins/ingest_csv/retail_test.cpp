// The whole of the UCI Online Retail file, checked against awk, which reads it in a way of its own:
// by counting cells from the ends of the line. Where the file is not there, a generated one with
// the same columns and the same kinds of mess takes its place.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>

#include "importer.h"

namespace ingest_csv {
namespace {

namespace fs = std::filesystem;

const char kMapping[] = R"json({
  "entity": "order",
  "group_by": "InvoiceNo",
  "customers": true,
  "duplicates": "reject",
  "columns": {
    "InvoiceNo": "external_id",
    "InvoiceDate": "order_date",
    "CustomerID": ["customer_external_id", "customer.external_id"],
    "Country": "customer.attributes.country",
    "StockCode": "items.sku",
    "Description": "items.name",
    "Quantity": "items.quantity",
    "UnitPrice": "items.unit_price"
  },
  "rejects": [
    {"reason": "cancelled", "column": "InvoiceNo", "starts_with": "C"},
    {"reason": "negative quantity", "column": "Quantity", "at_most": 0},
    {"reason": "zero-priced", "column": "UnitPrice", "at_most": 0},
    {"reason": "without a customer", "column": "CustomerID", "empty": true}
  ]
})json";

// The same figures, in the same order of precedence; amounts in ten-thousandths, which a double
// holds exactly at this size.
const char kAwk[] = R"awk(awk -F, '
  NR == 1 { next }
  { invoice = $1; quantity = $(NF-4); price = $(NF-2); customer = $(NF-1) }
  invoice ~ /^C/  { count["cancelled"]++; next }
  quantity <= 0   { count["negative quantity"]++; next }
  price <= 0      { count["zero-priced"]++; next }
  customer == ""  { count["without a customer"]++; next }
  seen[$0]++      { count["duplicated"]++; next }
  { items++; total += quantity * int(price * 10000 + 0.5)
    if (!(invoice in invoices)) { invoices[invoice] = 1; orders++ }
    if (!(customer in customers)) { customers[customer] = 1; buyers++ } }
  END { for (reason in count) printf "%s=%d\n", reason, count[reason]
        printf "items=%d\norders=%d\ncustomers=%d\ntotal=%.0f\n", items, orders, buyers, total }')awk";

using Figures = std::map<std::string, int64_t>;
using Pipe = std::unique_ptr<FILE, int (*)(FILE*)>;

Pipe OpenPipe(const std::string& command) { return {popen(command.c_str(), "r"), &pclose}; }

Figures FiguresByAwk(const std::string& read) {
  Figures figures;
  Pipe pipe = OpenPipe(read + " | " + kAwk);
  char line[200], name[100];
  long long value;
  while (fgets(line, sizeof line, pipe.get())) {
    if (sscanf(line, "%99[^=]=%lld", name, &value) == 2) figures[name] = value;
  }
  return figures;
}

class Counter : public Sink {
 public:
  void Record(uint64_t, std::string_view entity, std::string_view json) override {
    if (entity == "customer") {
      ++figures["customers"];
      customers.insert(nlohmann::json::parse(json)["external_id"]);
      return;
    }
    ++figures["orders"];
    auto order = nlohmann::json::parse(json);
    figures["items"] += static_cast<int64_t>(order["items"].size());
    figures["total"] += *ParseDecimal(order["amount"].dump(), '.');
    orphans += customers.count(order["customer_external_id"]) == 0;
  }
  void Refuse(uint64_t, std::string_view, std::string_view, std::string_view reason) override {
    ++figures[std::string(reason)];
  }
  Figures figures;
  std::set<std::string> customers;
  int orphans = 0;  // orders before their customer
};

Figures FiguresByImporter(const std::string& read) {
  Importer importer(ParseOptions(kMapping));
  importer.Begin(1, "");
  Counter counter;
  Pipe pipe = OpenPipe(read);
  std::string piece(1 << 18, 0);
  for (size_t size; (size = fread(piece.data(), 1, piece.size(), pipe.get())) > 0;) {
    importer.Feed(std::string_view(piece).substr(0, size), false, counter);
  }
  importer.Feed("", true, counter);
  EXPECT_EQ(counter.orphans, 0);
  return counter.figures;
}

// Lines like those of the file, with every kind of mess, and invoices whose lines stand apart.
std::string GenerateRetail() {
  std::mt19937 random(7);
  auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  std::string csv =
      "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
  std::string before;
  for (unsigned i = 0; i < 60'000; ++i) {
    unsigned invoice = 536'000 + i / 20 + (below(50) == 0 ? 3 : 0);
    std::string line = (below(60) == 0 ? "C" : "") + std::to_string(invoice) + ",S" +
                       std::to_string(below(4000)) + (below(90) ? ",TIN" : ",\"TIN, 7\"\" £\"");
    line += "," + std::to_string(static_cast<int>(below(40)) - 1) + ",2011-03-04T05:06:00,";
    line += std::to_string(below(30)) + "." + std::to_string(below(100) + 100).substr(1) + ",";
    line += (invoice % 4 ? std::to_string(12'000 + invoice % 700) : "") + ",United Kingdom\n";
    csv += below(80) || before.empty() ? line : before;
    before = line;
  }
  return csv;
}

// The command that prints the file, whichever there is.
std::string ReadCommand() {
  const char* named = std::getenv("TIDINGS_DATA");
  fs::path folder = named ? fs::path(named) : fs::path(TIDINGS_SOURCE_DIR) / "../shared/data";
  fs::path file = folder / "online_retail.csv.xz";
  if (fs::exists(file)) return "xz -dc '" + file.string() + "'";
  fs::path generated = fs::path(testing::TempDir()) / "generated_retail.csv";
  std::cout << file << " is not there: reading generated lines instead\n";
  std::ofstream(generated) << GenerateRetail();
  return "cat '" + generated.string() + "'";
}

TEST(Retail, AgreesWithAwk) {
  std::string read = ReadCommand();
  Figures expected = FiguresByAwk(read);
  ASSERT_GT(expected["orders"], 100) << "awk could not read the file";
  Figures figures = FiguresByImporter(read);
  EXPECT_EQ(figures, expected);
  for (auto& [name, value] : figures) std::cout << name << " = " << value << "\n";
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// A figure of /proc/self/status in MiB.
int64_t Memory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int64_t kib = 0;
    if (word == name + ":" && status >> kib) return kib / 1024;
  }
  return -1;
}

TEST(Retail, NeedsLittleMemory) {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak counts from here on
  int64_t before = Memory("VmRSS");
  FiguresByImporter(ReadCommand());
  int64_t needed = Memory("VmHWM") - before;
  std::cout << needed << " MiB at the peak\n";
  EXPECT_LT(needed, 60);
}
#endif

}  // namespace
}  // namespace ingest_csv
