#include "importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ingest_csv {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Writes down what comes: "line entity json" and "line column=value reason".
class Notes : public Sink {
 public:
  void Record(uint64_t line, std::string_view entity, std::string_view json) override {
    records.push_back(std::to_string(line) + " " + std::string(entity) + " " + std::string(json));
  }
  void Refuse(uint64_t line, std::string_view column, std::string_view value,
              std::string_view reason) override {
    refusals.push_back(std::to_string(line) + " " + std::string(column) + "=" + std::string(value) +
                       " " + std::string(reason));
  }
  std::vector<std::string> records, refusals;
};

Notes Import(const std::string& options, const std::string& csv, size_t piece = 1 << 20,
             const std::string& entity = "") {
  Importer importer(ParseOptions(options));
  importer.Begin(1, entity);
  Notes notes;
  for (size_t at = 0;; at += piece) {
    bool last = at + piece >= csv.size();
    importer.Feed(std::string_view(csv).substr(std::min(at, csv.size()), piece), last, notes);
    if (last) return notes;
  }
}

std::string ErrorOf(const std::string& options, const std::string& csv) {
  try {
    Import(options, csv);
  } catch (const OptionsError& error) {
    return error.where + ": " + error.message;
  }
  return "no error";
}

TEST(Importer, KeepsTheNamesOfTheHeaderWithoutAMapping) {
  auto notes = Import(R"({"entity": "customer"})",
                      "name,email,city,total_spend\n Asha ,asha@example.com,,\"1,200.50\"\n");
  EXPECT_THAT(notes.records, ElementsAre("2 customer {\"name\":\"Asha\",\"email\":"
                                         "\"asha@example.com\",\"total_spend\":1200.5}"));
}

TEST(Importer, TakesTheEntityOfTheCaller) {
  EXPECT_THAT(Import("{}", "email\na@example.com\n", 100, "customer").records, SizeIs(1));
  EXPECT_THAT(ErrorOf("{}", "email\n"), HasSubstr("/entity: must say what a line is"));
}

TEST(Importer, MapsConvertsAndFillsIn) {
  auto notes = Import(R"({
    "entity": "order", "separator": ";", "decimal": ",", "date_format": "%d.%m.%Y",
    "columns": {"Rechnung": "external_id", "kunde": ["customer_external_id", "attributes.buyer"],
                "Datum": "order_date", "Betrag": "amount", "Punkte": "attributes.points:number"},
    "defaults": {"status": "COMPLETED", "attributes.shop": "Köln"}})",
                      "RECHNUNG;Kunde;Datum;Betrag;Punkte;Rest\n"
                      "R1;17;31.12.2025;1.234,50 €;7;x\n"
                      "R2;18;;9;;x\n");
  EXPECT_THAT(notes.refusals, IsEmpty());
  EXPECT_THAT(notes.records,
              ElementsAre(R"(2 order {"amount":1234.5,"order_date":"2025-12-31T00:00:00Z",)"
                          R"("external_id":"R1","customer_external_id":"17","status":"COMPLETED",)"
                          R"("attributes":{"points":7,"buyer":"17","shop":"Köln"}})",
                          R"(3 order {"amount":9,"external_id":"R2","customer_external_id":"18",)"
                          R"("status":"COMPLETED","attributes":{"buyer":"18","shop":"Köln"}})"));
}

TEST(Importer, PutsOtherColumnsWhereItIsTold) {
  std::string csv = "email,Shoe Size\na@example.com,42\n";
  std::string mapped = R"({"entity": "customer", "columns": {"email": "email"})";
  EXPECT_THAT(Import(mapped + "}", csv).records, ElementsAre("2 customer {\"email\":"
                                                             "\"a@example.com\"}"));
  EXPECT_THAT(Import(mapped + R"(, "unmapped": "attributes"})", csv).records,
              ElementsAre(HasSubstr(R"("attributes":{"Shoe Size":"42"})")));
  EXPECT_THAT(Import(mapped + R"(, "unmapped": "keep"})", csv).records,
              ElementsAre(HasSubstr(R"("Shoe Size":"42")")));
}

TEST(Importer, ReadsCellsOfEitherEncoding) {
  std::string csv = "name\nJos\xe9\nJosé\n";
  EXPECT_THAT(Import(R"({"entity": "customer"})", csv).records,
              ElementsAre(HasSubstr("José"), HasSubstr("José")));
  EXPECT_THAT(Import(R"({"entity": "customer", "encoding": "utf-8"})", csv).refusals,
              ElementsAre("2 =José malformed: not UTF-8"));
}

TEST(Importer, RefusesLinesOneByOne) {
  auto notes = Import(R"({"entity": "order", "columns": {"id": "external_id", "n": "amount",
                          "d": "order_date"}})",
                      "id,n,d\n"
                      "a,1\n"
                      "b,1,2026-01-01,x\n"
                      "c,many,2026-01-01\n"
                      "d,1,yesterday\n"
                      "e,1,\"2026-01-01\"z\n"
                      "f,1,2026-01-01,,\n"
                      ",,\n" +
                          std::string("g\0,1,2026-01-01\n", 16));
  EXPECT_THAT(notes.records, ElementsAre(HasSubstr("\"f\"")));
  EXPECT_THAT(
      notes.refusals,
      ElementsAre("2 =a,1 malformed: 2 cells, where the header has 3",
                  "3 =b,1,2026-01-01,x malformed: 4 cells, where the header has 3",
                  "4 n=many malformed: no number with at most four decimal places and 14 digits "
                  "before them",
                  "5 d=yesterday malformed: no date of the form 2026-12-31T23:59:59",
                  "6 =e,1,\"2026-01-01\"z malformed: there is text behind a closing quote; a "
                  "quote within a quoted cell is written twice",
                  "9 = malformed: holds a NUL character; is the file UTF-16?"));
}

TEST(Importer, TestsRulesInTheirOrder) {
  auto notes = Import(R"({"entity": "order", "columns": {"id": "external_id"}, "rejects": [
      {"reason": "cancelled", "column": "ID", "starts_with": "C"},
      {"reason": "negative", "column": "n", "less_than": 0},
      {"reason": "free", "column": "n", "at_most": 0},
      {"reason": "dear", "column": "n", "more_than": 99.5, "at_least": 100},
      {"reason": "nobody", "column": "who", "empty": true},
      {"reason": "test", "column": "who", "one_of": ["x", "y"]},
      {"reason": "bot", "column": "who", "contains": "bot", "ends_with": "!"},
      {"reason": "me", "column": "who", "equals": "me"},
      {"reason": "not paid", "column": "paid", "not_equals": "yes"}]})",
                      "id,n,who,paid\n"
                      "C1,-1,,no\n"
                      "1,-0.01,,no\n"
                      "2,0,a,yes\n"
                      "3,100,a,yes\n"
                      "4,99.7,a,yes\n"
                      "5,1, ,no\n"
                      "6,1,y,no\n"
                      "7,1,robot!,no\n"
                      "8,1,robot,yes\n"
                      "9,1,me,no\n"
                      "10,x,a,no\n");
  EXPECT_THAT(notes.refusals,
              ElementsAre("2 id=C1 cancelled", "3 n=-0.01 negative", "4 n=0 free", "5 n=100 dear",
                          "7 who= nobody", "8 who=y test", "9 who=robot! bot", "11 who=me me",
                          "12 paid=no not paid"));
  EXPECT_THAT(notes.records, SizeIs(2));
}

const char kOrders[] = R"({"entity": "order", "group_by": "inv", "customers": true,
    "duplicates": "reject",
    "columns": {"inv": "external_id", "who": ["customer_external_id", "customer.external_id"],
                "land": "customer.attributes.country", "day": "order_date", "what": "items.name",
                "n": "items.quantity", "price": "items.unit_price"}})";

TEST(Importer, MakesOneOrderOfItsLinesWhereverTheyStand) {
  std::string csv =
      "inv,who,land,day,what,n,price\n"
      "1,a,UK,2026-01-01,Cup,3,0.1\n"
      "2,b,FR,2026-01-02,Jar,1,2.5\n"
      "1,a,UK,2026-01-03,\"Tin, 7\"\"\",2,0.0075\n"
      "3,a,UK,2026-01-04,Cup,1,1\n"
      "1,a,UK,2026-01-01,Cup,3,0.1\n"
      "2,c,FR,2026-01-02,Jar,1,2.5\n";
  for (size_t piece : {size_t{1}, size_t{10}, size_t{1000}}) {
    auto notes = Import(kOrders, csv, piece);
    EXPECT_THAT(notes.records,
                ElementsAre(R"(2 customer {"external_id":"a","attributes":{"country":"UK"}})",
                            R"(3 customer {"external_id":"b","attributes":{"country":"FR"}})",
                            R"(3 order {"order_date":"2026-01-02T00:00:00Z","external_id":"2",)"
                            R"("customer_external_id":"b","amount":2.5,)"
                            R"("items":[{"quantity":1,"unit_price":2.5,"name":"Jar"}]})",
                            R"(2 order {"order_date":"2026-01-01T00:00:00Z","external_id":"1",)"
                            R"("customer_external_id":"a","amount":0.315,)"
                            R"("items":[{"quantity":3,"unit_price":0.1,"name":"Cup"},)"
                            R"({"quantity":2,"unit_price":0.0075,"name":"Tin, 7\""}]})",
                            R"(5 order {"order_date":"2026-01-04T00:00:00Z","external_id":"3",)"
                            R"("customer_external_id":"a","amount":1,)"
                            R"("items":[{"quantity":1,"unit_price":1,"name":"Cup"}]})"));
    EXPECT_THAT(notes.refusals,
                ElementsAre("6 =1,a,UK,2026-01-01,Cup,3,0.1 duplicated",
                            "7 inv=2 malformed: another customer than on the first line of the "
                            "order"));
  }
}

// A sum over some of the lines would be a wrong amount, so it is left to the host to complain.
TEST(Importer, SumsNothingWhereALineHasNoPrice) {
  auto notes = Import(kOrders,
                      "inv,who,land,day,what,n,price\n"
                      "1,a,UK,2026-01-01,Cup,3,0.1\n"
                      "1,a,UK,2026-01-01,Jar,1,\n");
  EXPECT_THAT(notes.records,
              ElementsAre(HasSubstr("customer"),
                          R"(2 order {"order_date":"2026-01-01T00:00:00Z","external_id":"1",)"
                          R"("customer_external_id":"a",)"
                          R"("items":[{"quantity":3,"unit_price":0.1,"name":"Cup"},)"
                          R"({"quantity":1,"name":"Jar"}]})"));
}

TEST(Importer, MakesAnOrderOfEachLineWithoutAGroup) {
  auto notes = Import(R"({"entity": "order", "duplicates": "reject", "columns":
      {"id": "external_id", "n": "item.quantity", "p": "items.price", "w": "items.sku"}})",
                      "id,w,n,p\n1,x,2,1.50\n1,x,2,1.50\n");
  EXPECT_THAT(notes.records, ElementsAre(R"(2 order {"external_id":"1","amount":3,"items":)"
                                         R"([{"quantity":2,"price":1.5,"sku":"x"}]})"));
  EXPECT_THAT(notes.refusals, ElementsAre("3 =1,x,2,1.50 duplicated"));
}

TEST(Importer, PassesOverTheColumnsOfARejectsFile) {
  const char csv[] =
      "inv,who,land,day,what,n,price,reject_line,reject_reason\n"
      "1,a,UK,2026-01-01,Cup,3,0.1,2,kept: imported with its order\n"
      "1,a,UK,2026-01-01,Cup,3,0.1,6,duplicated\n";
  EXPECT_THAT(Import(kOrders, csv).refusals,
              ElementsAre("3 =1,a,UK,2026-01-01,Cup,3,0.1,6,duplicated duplicated"));
  EXPECT_THAT(
      Import(R"({"entity": "customer"})", "name,reject_line,reject_reason\nAda,1,x\n").records,
      ElementsAre(R"(2 customer {"name":"Ada"})"));
}

TEST(Importer, RefusesOrdersOfNobodyKnowsWhichOrHowMuch) {
  auto notes = Import(kOrders,
                      "inv,who,land,day,what,n,price\n"
                      ",a,UK,2026-01-01,Cup,3,0.1\n"
                      "1,a,UK,2026-01-01,Cup,99999999999999,99\n");
  EXPECT_THAT(notes.records, IsEmpty());
  EXPECT_THAT(notes.refusals,
              ElementsAre("2 inv= malformed: nothing says which order the line belongs to",
                          "3 inv=1 malformed: the amount has over 14 digits"));
}

// When more is held than allowed, the quietest orders go out, and their stragglers are not made
// into a second order.
TEST(Importer, ClosesQuietOrdersWhenItHoldsTooMuch) {
  std::string options = kOrders;
  options.back() = ',';
  options += R"("hold_mib": 1})";
  std::string csv = "inv,who,land,day,what,n,price\n";
  std::string line = ",a,UK,2026-01-01," + std::string(500, 'x') + ",1,1\n";
  for (int i = 0; i < 4000; ++i) csv += std::to_string(i) + line;
  csv += "3999,a,UK,2026-01-01,more,1,1\n";
  csv += "0,a,UK,2026-01-01,late,1,1\n";
  auto notes = Import(options, csv);
  EXPECT_THAT(notes.records, SizeIs(4001));  // with the customer
  EXPECT_THAT(notes.refusals, ElementsAre(HasSubstr("4003 inv=0 late: ")));
  EXPECT_THAT(notes.records.back(), AllOf(HasSubstr("\"3999\""), HasSubstr("more")));
}

TEST(Importer, ForgetsTheLastStream) {
  Importer importer(ParseOptions(kOrders));
  Notes notes;
  std::string csv = "inv,who,land,day,what,n,price\n1,a,UK,2026-01-01,Cup,3,0.1\n";
  for (int i = 0; i < 2; ++i) {
    importer.Begin(1, "");
    importer.Feed(csv, true, notes);
  }
  EXPECT_THAT(notes.records, SizeIs(4));
  EXPECT_EQ(notes.records[0], notes.records[2]);
  EXPECT_EQ(notes.records[1], notes.records[3]);
}

TEST(Importer, ExplainsWhatDoesNotFitTheHeader) {
  struct Case {
    const char *options, *csv, *error;
  } cases[] = {
      {R"({"columns": {"CustomerId": "external_id", "Emial": "email"}, "entity": "customer"})",
       "customer id,E-Mail\n",
       "/columns: the file has no column `Emial`; did you mean `E-Mail`?; the header is: customer "
       "id, E-Mail"},
      {R"({"columns": {"zzz": "name"}, "entity": "customer"})", "a,b\n",
       "/columns: the file has no column `zzz`; the header is: a, b"},
      {R"({"columns": {"a": "name"}, "entity": "customer"})", "x y z\n",
       "/columns: the file has no column `a`; the header has one column "
       "only, so look at `separator` too"},
      {R"({"columns": {"a": "name", "b": "name"}, "entity": "customer"})", "a,b\n",
       "/columns: two columns are mapped to `name`; the header is: a, b"},
      {R"({"columns": {"a": "name"}, "entity": "customer"})", "A,a ,A\n", "no error"},
      {R"({"columns": {"b": "name"}, "entity": "customer"})", "B,B\n",
       "/columns: several columns are called `b`; the header is: B, B"},
      {R"({"group_by": "invoice", "entity": "order"})", "InvoiceNo,x\n",
       "/group_by: the file has no column `invoice`; did you mean `InvoiceNo`?; the header is: "
       "InvoiceNo, x"},
      {R"({"rejects": [{"reason": "r", "column": "c", "empty": true}], "entity": "order"})",
       "a,b\n",
       "/rejects/0/column: the file has no column `c`; did you mean `a`?; the header is: a, b"},
      {R"({"columns": {"a": "name:date"}, "entity": "customer"})", "a,b\n",
       "/columns: the type `date` is none of number, time, text"},
      {R"({"columns": {"a": "items.name"}, "entity": "customer"})", "a,b\n",
       "/columns: `items.name` is of orders; these are customers; the header is: a, b"},
      {R"({"columns": {"a": "customer.email"}, "entity": "order"})", "a,b\n",
       "/customers: must be true for the field `customer.email` to be of use; the header is: a, b"},
      {R"({"columns": {"a": "external_id"}, "customers": true, "entity": "order"})", "a,b\n",
       "/columns: customers are wanted, but no column is mapped to customer.external_id, "
       "customer.email or customer.phone"},
      {R"({"entity": "customer"})", "",
       ": the file is empty; its first line must name the columns"},
      {R"({"entity": "customer"})", "\"a",
       ": the header cannot be read: a quote is opened and "
       "never closed"},
      {R"({"entity": "customer", "encoding": "utf-8"})", "\xe9\n",
       "/encoding: the header is not UTF-8"},
      {R"({"entity": "customer", "group_by": "a"})", "a\n",
       "/group_by: makes orders of lines; the entity is customer"},
      {R"({"entity": "customer", "separator": "ab"})", "a\n",
       "/separator: must be one character, `tab` or `auto`"},
      {R"({"entity": "customer", "date_format": "YYYY"})", "a\n",
       "/date_format: must be `iso` or hold %Y, %y or %s; for 31/12/2026 write %d/%m/%Y"},
      {R"({"rejects": [{"reason": "r", "column": "a"}]})", "a\n",
       "/rejects/0: tests nothing; add one of starts_with, ends_with, contains, equals, "
       "not_equals, one_of, empty, less_than, at_most, more_than, at_least"},
      {R"({"rejects": [{"reason": "r", "column": "a", "less_than": 0.00001}]})", "a\n",
       "/rejects/0/less_than: must have at most four decimal places"},
  };
  for (auto& c : cases) EXPECT_EQ(ErrorOf(c.options, c.csv), c.error) << c.options;
}

TEST(Importer, TakesNothingAfterAHeaderThatDoesNotFit) {
  Importer importer(ParseOptions(R"({"columns": {"a": "name"}, "entity": "customer"})"));
  importer.Begin(1, "");
  Notes notes;
  EXPECT_THROW(importer.Feed("b,c\n", false, notes), OptionsError);
  EXPECT_THROW(importer.Feed("a,c\n1,2\n", true, notes), OptionsError);
  EXPECT_THAT(notes.records, IsEmpty());
}

TEST(Fingerprints, TellTextsApart) {
  FingerprintSet set;
  Fingerprint one, other;
  one.Add("ab"), one.Add("c");
  other.Add("a"), other.Add("bc");
  EXPECT_TRUE(set.Insert(one));
  EXPECT_TRUE(set.Insert(other));
  EXPECT_FALSE(set.Insert(one));
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(set.Insert(FingerprintOf(std::to_string(i)))) << i;
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(set.Contains(FingerprintOf(std::to_string(i))));
  EXPECT_FALSE(set.Contains(FingerprintOf("no number")));
  EXPECT_TRUE(set.Insert(Fingerprint()));
  EXPECT_FALSE(set.Insert(Fingerprint()));
}

}  // namespace
}  // namespace ingest_csv
