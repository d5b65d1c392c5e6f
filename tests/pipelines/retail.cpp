// Real input: the UCI Online Retail file, taken in, counted, and sent a campaign. Its figures are
// computed independently by retail.awk. The file lies beside the project (TIDINGS_DATA, or
// ../shared/data); where it does not, a made file of the same shape takes its place.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "base/text.h"
#include "support/installation.h"

namespace tidings::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = TIDINGS_SOURCE_DIR;
const std::string kLastDay = "2011-12-09T12:50:00Z";     // of the file
const std::string kLapsedSince = "2011-06-12T12:50:00";  // 180 days before

fs::path RealFile() {
  const char* folder = std::getenv("TIDINGS_DATA");
  return (folder ? fs::path(folder) : kSource / "../shared/data") / "online_retail.csv.xz";
}

// Those of the five whom retail.awk shows, and 400 more; some of them came in spring only.
int CustomerOf(int invoice) {
  constexpr int kShown[] = {12347, 13047, 14911, 16446, 17850};
  return invoice % 7 == 0 ? kShown[invoice / 7 % 5] : 12347 + invoice * 7919 % 400;
}

// A small file with every mess of the real one.
void MakeFile(const fs::path& path) {
  std::ofstream out(path);
  out << "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
  for (int invoice = 0; invoice < 3000; ++invoice) {
    int customer = CustomerOf(invoice);
    int month = 1 + invoice % (customer % 10 == 0 ? 5 : 11);
    bool cancelled = invoice % 53 == 0;
    auto date = fmt::format("2011-{:02}-{:02}T10:{:02}:00", month, 1 + invoice % 28, invoice % 60);
    for (int item = 0; item < 1 + invoice % 9; ++item) {
      auto line = fmt::format("{}{},SKU{},\"Thing, no {}\",{},{},{}.{:02},{},United Kingdom\n",
                              cancelled ? "C" : "", 536365 + invoice, item, item,
                              (invoice + item) % 97 ? 1 + item * 3 : -2, date,
                              item == 0 && invoice % 89 == 5 ? 0 : 3 + invoice % 200, item,
                              invoice % 31 ? std::to_string(customer) : "");
      out << line;
      if ((invoice + item) % 61 == 0) out << line;
    }
  }
}

class Retail : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    installation_ = new Installation();
    file_ = RealFile();
    if (!fs::exists(file_)) {
      std::printf("[   NOTE   ] %s is not there; using a made file\n", file_.c_str());
      file_ = installation_->folder() / "made.csv";
      MakeFile(file_);
    }
    expected_ = Figures();
    first_ = Import(file_, "rejects.csv");
  }
  static void TearDownTestSuite() { delete installation_; }

  // name -> the rest of its line, as retail.awk prints them.
  static std::map<std::string, std::string> Figures() {
    auto cat = file_.extension() == ".xz" ? "xz -dc" : "cat";
    auto command = fmt::format("{} '{}' | awk -v now180={} -F, -f '{}'", cat, file_.string(),
                               kLapsedSince, (kSource / "tests/pipelines/retail.awk").string());
    auto outcome = RunProcess({.command = {"sh", "-c", command}}, std::chrono::minutes(2));
    std::map<std::string, std::string> figures;
    std::istringstream lines(outcome ? outcome->output : "");
    for (std::string name, rest; lines >> name && std::getline(lines >> std::ws, rest);) {
      figures[name] = rest;
    }
    return figures;
  }

  static Json Import(const fs::path& file, const std::string& rejects) {
    auto outcome = installation_->Run({"import", file.string(), "--mapping",
                                       (kSource / "scripts/ingest/online_retail.yaml").string(),
                                       "--rejects", (installation_->folder() / rejects).string(),
                                       "--json", "--log-level", "error"});
    if (!outcome) return {{"error", outcome.error().message}};
    auto json = ParseJson(outcome->output);
    return json ? *json : Json{{"error", outcome->output}};
  }

  static int64_t Expected(const std::string& name) {
    return std::strtoll(expected_[name].c_str(), nullptr, 10);
  }

  static int64_t ItemsOf(const std::string& invoice) {
    EXPECT_TRUE(installation_->StartHost());
    auto items = installation_->Number(
        "select count(*) from order_items i join orders o on o.id = i.order_id "
        "where o.external_id = '" +
        invoice + "'");
    EXPECT_EQ(installation_->StopHost(), 0);
    return items;
  }

  static void CampaignToLapsedBigSpenders() {
    auto rule = ReadFile(kSource / "scripts/segment/lapsed_big_spenders.lua");
    auto ticket = installation_->Post("/api/v1/campaigns", {{"name", "We miss you"},
                                                            {"rule", *rule},
                                                            {"now", kLastDay},
                                                            {"subject", "Dear {{name}}"},
                                                            {"message", "Come back, {{name}}!"}});
    ASSERT_EQ(ticket.status, 202) << ticket.text;
    EXPECT_EQ(ticket.json["audience"], Expected("lapsed"));
    auto campaign = installation_->Completed(ticket.json["id"]);
    ASSERT_EQ(campaign["status"], "completed") << campaign;
    auto count = [&](int status) {
      return installation_->Number(
          fmt::format("select count(*) from messages where status = {} and campaign_id = '{}'",
                      status, ticket.json["id"].get<std::string>()));
    };
    EXPECT_EQ(campaign["delivered"], count(2));
    EXPECT_EQ(campaign["failed"], count(3));
    EXPECT_EQ(count(2) + count(3), Expected("lapsed"));
    auto summary = campaign["summary"].get<std::string>();
    EXPECT_NE(summary.find(expected_["lapsed"]), summary.npos) << summary;
    EXPECT_NE(summary.find(std::to_string(count(2))), summary.npos) << summary;
  }

  static Installation* installation_;
  static fs::path file_;
  static std::map<std::string, std::string> expected_;
  static Json first_;
};

Installation* Retail::installation_ = nullptr;
fs::path Retail::file_;
std::map<std::string, std::string> Retail::expected_;
Json Retail::first_;

TEST_F(Retail, EveryLineIsAccountedFor) {
  ASSERT_TRUE(first_.contains("reasons")) << first_;
  auto reason = [&](const char* name) {
    return first_["reasons"].value(name, Json::object()).value("count", int64_t{0});
  };
  EXPECT_EQ(reason("cancelled"), Expected("cancelled"));
  EXPECT_EQ(reason("negative quantity"), Expected("negative"));
  EXPECT_EQ(reason("zero-priced"), Expected("zero"));
  EXPECT_EQ(reason("without a customer"), Expected("nobody"));
  EXPECT_EQ(reason("duplicated"), Expected("duplicated"));
  EXPECT_EQ(first_["lines"], Expected("lines") + 1);
  EXPECT_EQ(first_["refused"].get<int64_t>() + Expected("items"), Expected("lines"));
  EXPECT_EQ(first_["rows"]["order"]["created"], Expected("orders"));
  EXPECT_EQ(first_["rows"]["customer"]["created"], Expected("customers"));
}

TEST_F(Retail, ImportingTwiceChangesNothing) {
  auto again = Import(file_, "rejects-again.csv");
  ASSERT_TRUE(again.contains("rows")) << again;
  EXPECT_EQ(again["rows"]["order"]["unchanged"], Expected("orders")) << again["rows"];
  EXPECT_EQ(again["rows"]["customer"]["unchanged"], Expected("customers")) << again["rows"];
  EXPECT_EQ(again["refused"], first_["refused"]);
}

TEST_F(Retail, TheRejectsFileImportedAsItIsChangesNothing) {
  auto again = Import(installation_->folder() / "rejects.csv", "rejects-of-rejects.csv");
  ASSERT_TRUE(again.contains("rows")) << again;
  auto orders = again["rows"]["order"];
  EXPECT_EQ(orders["created"].get<int>() + orders["updated"].get<int>(), 0) << again["rows"];
  EXPECT_EQ(again["refused"], first_["refused"]);
}

TEST_F(Retail, AMendedRejectBecomesPartOfItsOrder) {
  std::ifstream in(installation_->folder() / "rejects.csv");
  auto mended = installation_->folder() / "mended.csv";
  std::ofstream out(mended);
  std::string line, invoice;
  std::getline(in, line);
  out << line << '\n';
  // The first order that was kept and lost a line to a duplicate: give the duplicate another sku.
  std::vector<std::string> rows;
  while (std::getline(in, line)) rows.push_back(line);
  for (const auto& row : rows) {
    if (row.find(",\"duplicated") == row.npos) continue;
    invoice = row.substr(0, row.find(','));
    break;
  }
  ASSERT_FALSE(invoice.empty());
  int lines = 0;
  for (auto row : rows) {
    if (row.rfind(invoice + ",", 0) != 0) continue;
    if (row.find(",\"duplicated") != row.npos) row.insert(row.find(',') + 1, "MENDED-");
    out << row << '\n';
    ++lines;
  }
  out.close();
  auto before = ItemsOf(invoice);
  auto again = Import(mended, "rejects-of-mended.csv");
  EXPECT_EQ(again["refused"], 0) << again;
  EXPECT_EQ(again["rows"]["order"]["updated"], 1) << again;
  EXPECT_GT(ItemsOf(invoice), before);
  EXPECT_EQ(ItemsOf(invoice), lines);
  Import(file_, "rejects-restored.csv");  // the file's own figures again, for the tests below
  EXPECT_EQ(ItemsOf(invoice), before);
}

TEST_F(Retail, TotalsAndTheCampaignAreThoseOfTheFile) {
  auto started = installation_->StartHost();
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_EQ(installation_->Number("select (sum(total_spend) * 1000)::bigint from customers"),
            Expected("total"));
  EXPECT_EQ(installation_->Number("select (sum(amount) * 1000)::bigint from orders"),
            Expected("total"));
  EXPECT_EQ(installation_->Number("select count(*) from order_items"), Expected("items"));
  int customers = 0;
  for (const auto& [name, figures] : expected_) {
    if (name.rfind("customer-", 0) != 0) continue;
    ++customers;
    std::istringstream in(figures);
    int64_t thousandths, orders;
    std::string last;
    in >> thousandths >> orders >> last;
    auto customer = installation_->Get("/api/v1/customers?email=" + name + "@example.com");
    ASSERT_EQ(customer.json["items"].size(), 1u) << name << customer.text;
    auto found = customer.json["items"][0];
    EXPECT_DOUBLE_EQ(found["total_spend"].get<double>() * 1000, double(thousandths)) << name;
    EXPECT_EQ(found["order_count"], orders) << name;
    EXPECT_EQ(found["last_order_date"], last + "Z") << name;
  }
  EXPECT_EQ(customers, 5);
  CampaignToLapsedBigSpenders();
  EXPECT_EQ(installation_->StopHost(), 0);
}

}  // namespace
}  // namespace tidings::testing
