// The floors of the tree, and that a broken one would be seen.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "layering.h"

namespace tidings::layering {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Layering, TheTreeKeepsItsFloors) {
  EXPECT_THAT(Violations(TIDINGS_SOURCE_DIR), IsEmpty());
  auto extent = Measure(TIDINGS_SOURCE_DIR);
  EXPECT_GT(extent.files, 50);
  EXPECT_GT(extent.includes, 250);
}

// A tree with one file in which `line` stands.
class Planted : public ::testing::Test {
 protected:
  std::vector<std::string> With(const std::string& file, const std::string& line) {
    TempDir tree("tidings-layering");
    auto path = tree.path() / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "// a comment\n" << line << "\n";
    return Violations(tree.path());
  }
};

TEST_F(Planted, ViolationsAreSeen) {
  const struct {
    const char *file, *line, *violation;
  } cases[] = {
      {"host/pg/a.cpp", "#include \"crm/x.h\"",
       "host/pg/a.cpp:2: crm/x.h: host/pg stands on floor 2 and host/crm on 4"},
      {"host/pg/deep/a.h", "  #  include \"bus/x.h\"",
       "host/pg/deep/a.h:2: bus/x.h: host/pg stands on floor 2 and host/bus on 2"},
      {"host/base/a.h", "#include <pg/x.h>",
       "host/base/a.h:2: pg/x.h: host/base stands on floor 1 and host/pg on 2"},
      {"host/pipeline/a.cpp", "#include \"auth/x.h\"",
       "host/pipeline/a.cpp:2: auth/x.h: host/pipeline stands on floor 5 and host/auth on 5"},
      {"host/crm/a_test.cpp", "#include \"api/x.h\"",
       "host/crm/a_test.cpp:2: api/x.h: host/crm stands on floor 4 and host/api on 6"},
      {"host/crm/a.cpp", "#include \"../pg/x.h\"",
       "host/crm/a.cpp:2: ../pg/x.h: includes are relative to host/"},
      {"host/crm/a.cpp", "#include <libpq-fe.h>",
       "host/crm/a.cpp:2: libpq-fe.h: only host/pg may include it"},
      {"host/api/a.cpp", "#include <pistache/http.h>",
       "host/api/a.cpp:2: pistache/http.h: only host/http may include it"},
      {"host/pipeline/a.cpp", "#include <zmq.h>",
       "host/pipeline/a.cpp:2: zmq.h: only host/bus may include it"},
      {"host/rule/a.cpp", "#include <lua.hpp>",
       "host/rule/a.cpp:2: lua.hpp: only host/lua may include it"},
      {"host/cli/a.cpp", "#include <yaml-cpp/yaml.h>",
       "host/cli/a.cpp:2: yaml-cpp/yaml.h: only host/config may include it"},
      {"host/plugin/a.cpp", "#include <curl/curl.h>",
       "host/plugin/a.cpp:2: curl/curl.h: only host/net may include it"},
      {"host/main.cpp", "#include <dlfcn.h>",
       "host/main.cpp:2: dlfcn.h: only host/plugin may include it"},
      {"host/crm/a.cpp", "#include \"tidings/plugin.h\"",
       "host/crm/a.cpp:2: tidings/plugin.h: this folder has nothing to do with plugins"},
      {"host/plugin/a.cpp", "#include \"tidings/plugin.hpp\"",
       "host/plugin/a.cpp:2: tidings/plugin.hpp: the host uses the C interface only"},
      {"host/stray/a.cpp", "", "host/stray/a.cpp: host/stray has no floor"},
      {"plugins/deliver_x/a.cpp", "#include \"base/json.h\"",
       "plugins/deliver_x/a.cpp:2: base/json.h: a plugin knows plugins/sdk and nothing of the "
       "host"},
      {"plugins/deliver_x/a.cpp", "#include \"../other/x.h\"",
       "plugins/deliver_x/a.cpp:2: ../other/x.h: a plugin stays in its folder"},
      {"plugins/sdk/tidings/a.hpp", "#include <nlohmann/json.hpp>",
       "plugins/sdk/tidings/a.hpp:2: nlohmann/json.hpp: the sdk needs nothing but the standard "
       "library"}};
  for (const auto& one : cases) EXPECT_THAT(With(one.file, one.line), ElementsAre(one.violation));
}

TEST_F(Planted, WhatIsAllowedPasses) {
  const std::pair<const char*, const char*> cases[] = {
      {"host/crm/a.cpp", "#include \"pg/x.h\""},
      {"host/crm/a.cpp", "#include \"crm/x.h\""},
      {"host/crm/a.cpp", "// #include \"api/x.h\""},
      {"host/crm/a.cpp", "#include <simdjson.h>"},
      {"host/crm/a.cpp", "#include <string>"},
      {"host/pg/a.cpp", "#include <libpq-fe.h>"},
      {"host/net/a.cpp", "#include \"test_server.h\""},
      {"host/main.cpp", "#include \"cli/x.h\""},
      {"host/pipeline/a.cpp", "#include \"tidings/plugin.h\""},
      {"host/pg/README.md", "#include \"crm/x.h\""},
      {"plugins/deliver_x/a.cpp", "#include \"tidings/plugin.hpp\""},
      {"plugins/deliver_x/a.cpp", "#include \"vendor.h\""},
      {"plugins/deliver_x/a.cpp", "#include <openssl/hmac.h>"},
      {"plugins/sdk/tidings/a.h", "#include <stdint.h>"},
      {"plugins/sdk/tidings/a.hpp", "#include <vector>"}};
  for (const auto& [file, line] : cases) EXPECT_THAT(With(file, line), IsEmpty()) << file << line;
}

}  // namespace
}  // namespace tidings::layering
