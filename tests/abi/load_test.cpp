// Loading: what is accepted, and in which words all else is refused.
#include <fstream>

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/plugin.h"
#include "test_plugins.h"

namespace tidings::plugin {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Load, AcceptsAPluginInC) {
  auto plugin = Loaded("plain_c");
  EXPECT_EQ(plugin.id(), "plain_c");
  EXPECT_EQ(plugin.version(), "1.0.0");
  EXPECT_EQ(plugin.stage(), StageKind::kSegment);
  EXPECT_EQ(plugin.summary(), "Matches customers with an even number of visits.");
  EXPECT_TRUE(plugin.Can(TIDINGS_STATELESS));
  EXPECT_FALSE(plugin.Can(TIDINGS_CAN_GENERATE));
  EXPECT_EQ(plugin.options_schema()["additionalProperties"], false);
  EXPECT_EQ(plugin.path(), TestPlugin("plain_c"));
  EXPECT_EQ(plugin.hash().size(), 16u);
}

TEST(Load, TheFamilyOfOddOnesIsFineWhereNothingIsOdd) {
  EXPECT_EQ(Loaded("odd_none").id(), "odd_none");
}

struct Refusal {
  const char* plugin;
  const char* words;
};

class Refused : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refused, NamesTheFileAndWhatIsWrong) {
  auto file = TestPlugin(GetParam().plugin);
  auto plugin = Plugin::Load(file, TestCache());
  ASSERT_FALSE(plugin);
  EXPECT_EQ(plugin.error().code, Code::kInvalidArgument);
  EXPECT_THAT(plugin.error().message, AllOf(HasSubstr(file.string()), HasSubstr(GetParam().words)));
}

INSTANTIATE_TEST_SUITE_P(
    Handshake, Refused,
    ::testing::Values(
        Refusal{"odd_symbol", "exports no symbol `tidings_plugin`; define it with TIDINGS_PLUGIN"},
        Refusal{"odd_null", "tidings_plugin returned NULL instead of a descriptor"},
        Refusal{"odd_throw", "its function tidings_plugin threw an exception"},
        Refusal{"odd_changing", "returns another pointer at each call"},
        Refusal{"odd_magic", "magic number 0x12345678, not 0x54696469"},
        Refusal{"odd_major",
                "built for version 2.0 of the plugin interface and this host has 1.0; build it "
                "again with the plugins/sdk of this host"},
        Refusal{"odd_minor",
                "built for version 1.1 of the plugin interface and this host has only 1.0; update "
                "the host"},
        Refusal{"odd_size", "says struct_size 16, less than the 112 bytes of version 1.0"},
        Refusal{"odd_stage", "its stage is 9; use TIDINGS_INGEST (1) to TIDINGS_SUMMARIZE (5)"},
        Refusal{"odd_id",
                "its id is `somebody_else` but its file is odd_id.so; name the file "
                "somebody_else.so, or change the id"},
        Refusal{"odd_letters", "its id `Odd-Letters` must be a lower-case letter"},
        Refusal{"odd_version", "has no version; set tidings_plugin_descriptor.version"},
        Refusal{"odd_summary", "has no summary"},
        Refusal{"odd_schema", "its options_schema is no JSON"},
        Refusal{"odd_schematype", "its options_schema must be a JSON Schema of an object"},
        Refusal{"odd_functions", "its descriptor has no drain, destroy; every function is needed"},
        Refusal{"undefined_symbol",
                "undefined_symbol.so: undefined symbol: tidings_test_no_such_function; link the "
                "library that has it"}),
    [](const auto& parameter) { return std::string(parameter.param.plugin); });

class Files : public ::testing::Test {
 protected:
  fs::path Copy(const std::string& from, const std::string& to) {
    auto path = folder_.path() / (to + ".so");
    fs::copy_file(TestPlugin(from), path, fs::copy_options::overwrite_existing);
    return path;
  }
  TempDir folder_{"tidings-load"};
};

TEST_F(Files, NeedsAFile) {
  auto plugin = Plugin::Load(folder_.path() / "none.so", TestCache());
  EXPECT_EQ(plugin.error().code, Code::kNotFound);
  EXPECT_THAT(plugin.error().message, HasSubstr("there is no plugin"));
}

TEST_F(Files, RefusesWhatIsNoLibrary) {
  auto text = folder_.path() / "text.so";
  std::ofstream(text) << "not a library\n";
  auto plugin = Plugin::Load(text, TestCache());
  EXPECT_EQ(plugin.error().code, Code::kInvalidArgument);
  EXPECT_THAT(plugin.error().message, AllOf(HasSubstr("cannot load the plugin " + text.string()),
                                            HasSubstr("must be a shared library")));
  EXPECT_THAT(Plugin::Load(folder_.path(), TestCache()).error().message,
              HasSubstr("whose name ends in .so"));
}

TEST_F(Files, AReplacedFileIsAnotherPlugin) {
  auto path = Copy("rogue", "plain_c");
  EXPECT_THAT(Plugin::Load(path, TestCache()).error().message, HasSubstr("its id is `rogue`"));
  Copy("plain_c", "plain_c");
  auto plugin = Plugin::Load(path, TestCache());
  ASSERT_TRUE(plugin) << plugin.error().message;
  EXPECT_EQ(plugin->id(), "plain_c");
}

TEST_F(Files, APluginOutlivesItsFile) {
  auto path = Copy("plain_c", "plain_c");
  auto plugin = Plugin::Load(path, TestCache());
  ASSERT_TRUE(plugin);
  fs::remove(path);
  EXPECT_STREQ(plugin->descriptor().id, "plain_c");
}

TEST_F(Files, TheSameContentIsKeptOnce) {
  auto cache = folder_.path() / "cache";
  ASSERT_TRUE(Plugin::Load(TestPlugin("plain_c"), cache));
  ASSERT_TRUE(Plugin::Load(TestPlugin("plain_c"), cache));
  EXPECT_EQ(std::distance(fs::directory_iterator(cache), fs::directory_iterator()), 1);
}

TEST_F(Files, ADamagedCopyIsReplaced) {
  auto cache = folder_.path() / "cache";
  auto plugin = Plugin::Load(TestPlugin("odd_none"), cache);
  ASSERT_TRUE(plugin);
  auto copy = cache / ("odd_none-" + plugin->hash() + ".so");
  ASSERT_TRUE(WriteFile(copy, "damaged"));
  ASSERT_TRUE(Plugin::Load(TestPlugin("odd_none"), cache));
  EXPECT_EQ(fs::file_size(copy), fs::file_size(TestPlugin("odd_none")));
}

TEST_F(Files, CopiesThatNobodyLoadsGo) {
  auto cache = folder_.path() / "cache";
  ASSERT_TRUE(Plugin::Load(TestPlugin("plain_c"), cache));
  auto old = cache / "gone-0123456789abcdef.so";
  std::ofstream(old) << "old";
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(24 * 31));
  ASSERT_TRUE(Plugin::Load(TestPlugin("plain_c"), cache));
  EXPECT_FALSE(fs::exists(old));
  EXPECT_EQ(std::distance(fs::directory_iterator(cache), fs::directory_iterator()), 1);
}

TEST_F(Files, TheCacheMustBePrivate) {
  auto cache = folder_.path() / "open";
  fs::create_directory(cache);
  ::chmod(cache.c_str(), 0777);
  auto plugin = Plugin::Load(TestPlugin("plain_c"), cache);
  ASSERT_FALSE(plugin);
  EXPECT_EQ(plugin.error().code, Code::kPermissionDenied);
  auto link = folder_.path() / "link";
  fs::create_directory_symlink(folder_.path(), link);
  EXPECT_EQ(Plugin::Load(TestPlugin("plain_c"), link).error().code, Code::kPermissionDenied);
}

TEST_F(Files, ARegistryKeepsTheGoodAndNamesTheBad) {
  Copy("plain_c", "plain_c");
  Copy("rogue", "rogue");
  Copy("odd_magic", "odd_magic");
  TempDir second("tidings-load");
  fs::copy_file(TestPlugin("rogue"), second.path() / "rogue.so");
  auto registry = PluginRegistry::Scan({folder_.path(), second.path()}, TestCache());
  ASSERT_TRUE(registry) << registry.error().message;
  ASSERT_EQ(registry->plugins().size(), 2u);
  EXPECT_EQ(registry->Find("rogue")->path(), folder_.path() / "rogue.so");
  EXPECT_EQ(registry->Find("odd_magic"), nullptr);
  ASSERT_EQ(registry->failures().size(), 2u);
  EXPECT_THAT(registry->failures()[0].error.message, HasSubstr("magic number"));
  EXPECT_EQ(registry->failures()[1].error.code, Code::kAlreadyExists);
  EXPECT_THAT(registry->failures()[1].error.message, HasSubstr("was loaded from"));
}

TEST_F(Files, ARegistryNeedsItsFolders) {
  auto registry = PluginRegistry::Scan({folder_.path() / "none"}, TestCache());
  EXPECT_EQ(registry.error().code, Code::kNotFound);
}

}  // namespace
}  // namespace tidings::plugin
