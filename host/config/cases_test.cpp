// Runs tests/config_cases: each NAME.yaml must give exactly the errors in NAME.expected. With
// TIDINGS_REWRITE_EXPECTED=1 in the environment the expected files are written instead; look at the
// difference before you commit it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "config/mapping.h"
#include "config/test_catalog.h"

namespace tidings::config {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> Cases() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(CaseFolder())) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Files whose name has "import" in it are import files.
std::string ErrorsOf(const fs::path& file, const Catalog& catalog) {
  auto source = ReadFile(file).value();
  auto name = file.filename().string();
  return name.find("import") == name.npos ? LoadText(name, source, catalog).Errors()
                                          : LoadImportText(name, source, catalog).Errors();
}

fs::path ExpectedOf(fs::path file) { return file.replace_extension(".expected"); }

TEST(Cases, GiveTheExpectedErrors) {
  Catalog catalog = TestCatalog();
  bool rewrite = std::getenv("TIDINGS_REWRITE_EXPECTED") != nullptr;
  for (const auto& file : Cases()) {
    SCOPED_TRACE(file.filename().string());
    auto errors = ErrorsOf(file, catalog);
    if (rewrite) {
      ASSERT_TRUE(WriteFile(ExpectedOf(file), errors));
    }
    auto expected = ReadFile(ExpectedOf(file));
    ASSERT_TRUE(expected) << expected.error().message;
    EXPECT_EQ(errors, *expected);
  }
}

TEST(Cases, AreFortyOrMoreAndOnlyTheGoodOnesPass) {
  auto files = Cases();
  EXPECT_GE(files.size(), 40u);
  for (const auto& file : files) {
    bool good = file.filename().string().starts_with("ok_");
    EXPECT_EQ(ReadFile(ExpectedOf(file)).value().empty(), good) << file.filename();
  }
}

TEST(Cases, NeverTellASecretOrAVariable) {
  auto json = ParseJson(ReadFile(CaseFolder() / "catalog.json").value()).value();
  for (const auto& file : Cases()) {
    auto errors = ReadFile(ExpectedOf(file)).value();
    for (auto kind : {"environment", "secrets"}) {
      for (const auto& [name, value] : json[kind].items()) {
        auto text = value.get<std::string>();
        if (text.size() < 4) continue;  // too short to tell from other words
        EXPECT_EQ(errors.find(text), errors.npos) << file.filename() << " tells " << name;
      }
    }
  }
}

}  // namespace
}  // namespace tidings::config
