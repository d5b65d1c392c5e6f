#include "api/rows.h"

#include <gtest/gtest.h>

namespace tidings::api {
namespace {

struct Cut {
  std::vector<std::string> rows;
  std::vector<uint64_t> lines;
  std::string error;
  BodyShape shape = BodyShape::kUnknown;
};

Cut CutBody(std::string_view body, bool lines, size_t piece) {
  Cut cut;
  RowSplitter splitter(lines, 1000, [&](std::string_view row, uint64_t line) {
    cut.rows.emplace_back(row);
    cut.lines.push_back(line);
  });
  Status status;
  for (size_t at = 0; at < body.size() && status; at += piece) {
    status = splitter.Feed(body.substr(at, piece));
  }
  if (status) status = splitter.Finish();
  if (!status) cut.error = status.error().message;
  cut.shape = splitter.shape();
  return cut;
}

struct Case {
  const char* name;
  std::string body;
  bool lines;
  std::vector<std::string> rows;
  std::string error;
};

const Case kCases[] = {
    {"one object", " {\"a\":\"}]\\\"\"} \n", false, {"{\"a\":\"}]\\\"\"}"}, ""},
    {"array", "[{\"a\":[1]},\n{\"b\":{}} ]", false, {"{\"a\":[1]}", "{\"b\":{}}"}, ""},
    {"empty array", "[ ]", false, {}, ""},
    {"lines", "{\"a\":1}\r\n\n{bad\n{\"c\":3}", true, {"{\"a\":1}", "{bad", "{\"c\":3}"}, ""},
    {"lines without the content type",
     "{\"a\":1}\n{\"b\":2}\n",
     false,
     {"{\"a\":1}", "{\"b\":2}"},
     ""},
    {"empty", "", false, {}, "line 1 of the body: the body is empty; send a JSON object"},
    {"open object", "{\"a\":1", false, {}, "line 1 of the body: the body ends inside an object"},
    {"open array",
     "[{\"a\":1}\n",
     false,
     {"{\"a\":1}"},
     "line 2 of the body: the array is not closed by ']'"},
    {"missing comma",
     "[{} {}]",
     false,
     {"{}"},
     "line 1 of the body: a comma is missing between two objects"},
    {"number",
     "[1]",
     false,
     {},
     "line 1 of the body: '1' is not expected here; send one object, an array of objects, or one "
     "object a line"},
    {"trailing comma",
     "[{},]",
     false,
     {"{}"},
     "line 1 of the body: ']' is not expected here; send one object, an array of objects, or one "
     "object a line"},
    {"long row",
     "{\"a\":\"" + std::string(1100, 'x') + "\"}",
     true,
     {},
     "the row that begins at line 1 is longer than 1000 bytes"},
};

TEST(RowSplitter, CutsTheSameWhereverThePiecesAreSplit) {
  for (const auto& c : kCases) {
    for (size_t piece : {1u, 2u, 3u, 7u, 900u}) {
      auto cut = CutBody(c.body, c.lines, piece);
      EXPECT_EQ(cut.rows, c.rows) << c.name << " in pieces of " << piece;
      EXPECT_EQ(cut.error, c.error) << c.name << " in pieces of " << piece;
    }
  }
}

TEST(RowSplitter, CountsLines) {
  EXPECT_EQ(CutBody("{}\n\n{}\n{}", true, 2).lines, (std::vector<uint64_t>{1, 3, 4}));
  EXPECT_EQ(CutBody("[\n{},\n\n{\n}, {}]", false, 2).lines, (std::vector<uint64_t>{2, 4, 5}));
}

TEST(RowSplitter, TellsTheShape) {
  EXPECT_EQ(CutBody("{}", false, 9).shape, BodyShape::kObject);
  EXPECT_EQ(CutBody("[{}]", false, 9).shape, BodyShape::kArray);
  EXPECT_EQ(CutBody("{}\n{}", false, 9).shape, BodyShape::kLines);
}

}  // namespace
}  // namespace tidings::api
