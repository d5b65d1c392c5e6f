#include "pg/embedded_server.h"

#include <csignal>
#include <fstream>
#include <thread>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/process.h"
#include "pg/testing.h"

namespace tidings::pg {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::HasSubstr;

class Embedded : public testing::Test {
 protected:
  // A cluster that was made once and is copied for each test, as initdb takes a second.
  static const fs::path& Made() {
    static TempDir folder("tidings-made");
    static bool made = [] {
      auto server = Got(EmbeddedServer::Start(Options(folder.path() / "data")));
      Got(server.Stop());
      return true;
    }();
    (void)made;
    static fs::path data = folder.path() / "data";
    return data;
  }
  static EmbeddedOptions Options(const fs::path& folder) {
    EmbeddedOptions options;
    options.data_folder = folder;
    options.durable = false;
    return options;
  }
  // A stopped cluster of its own in `folder`.
  static void Provide(const fs::path& folder) {
    fs::create_directories(folder.parent_path());
    auto copied = Got(RunProcess({.command = {"cp", "-a", Made().string(), folder.string()}},
                                 std::chrono::minutes(1)));
    ASSERT_EQ(copied.status, 0) << copied.output;
  }

  Result<EmbeddedServer> Start() { return EmbeddedServer::Start(Options(data_)); }
  static bool Alive(int pid) {
    auto state = ReadFile(fmt::format("/proc/{}/stat", pid));
    return state && state->find(") Z") == std::string::npos;
  }
  static bool GoneWithin(int pid, milliseconds limit) {
    for (; limit.count() > 0 && Alive(pid); limit -= milliseconds(10)) {
      std::this_thread::sleep_for(milliseconds(10));
    }
    return !Alive(pid);
  }
  static std::string Ask(const std::string& conninfo, std::string_view sql) {
    auto connection = Got(Connection::Open(conninfo));
    return std::string(Got(connection.Execute(sql)).Text(0, 0));
  }

  TempDir folder_;
  fs::path data_ = folder_.path() / "data";
};

TEST_F(Embedded, MakesACluster) {
  auto server = Got(Start());
  EXPECT_FALSE(server.reused());
  EXPECT_EQ(Ask(server.conninfo(), "select current_database()"), "tidings");
  EXPECT_EQ(Ask(server.conninfo(), "show server_encoding"), "UTF8");
  EXPECT_EQ(Ask(server.conninfo(), "show listen_addresses"), "");
  EXPECT_EQ(Ask(server.conninfo(), "show lc_collate"), "C.UTF-8");
  EXPECT_EQ(Ask(server.conninfo(), "show jit"), "off");
  EXPECT_EQ(Ask(server.conninfo(), "show wal_compression"), "lz4");
  EXPECT_EQ(Ask(server.ConninfoOf("postgres"), "select current_database()"), "postgres");
  for (auto name : {"", "cluster", "socket"}) {
    struct stat info {};
    ASSERT_EQ(::stat((data_ / name).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700u) << name;
    EXPECT_NE(info.st_uid, 0u) << "PostgreSQL never runs as root";
  }
  int pid = server.pid();
  Got(server.Stop());
  Got(server.Stop());
  EXPECT_FALSE(Alive(pid));
  EXPECT_FALSE(Connection::Open(server.conninfo()));
}

TEST_F(Embedded, IsDurableUnlessToldOtherwise) {
  Provide(data_);
  EmbeddedOptions options;
  options.data_folder = data_;
  auto server = Got(EmbeddedServer::Start(options));
  for (auto setting : {"fsync", "synchronous_commit", "full_page_writes"}) {
    EXPECT_EQ(Ask(server.conninfo(), fmt::format("show {}", setting)), "on") << setting;
  }
}

TEST_F(Embedded, KeepsDataAndStopsWithTheObject) {
  Provide(data_);
  int pid = 0;
  {
    auto server = Got(Start());
    pid = server.pid();
    Got(Got(Connection::Open(server.conninfo())).Script("create table t as select 42 as a"));
  }
  EXPECT_FALSE(Alive(pid));
  auto again = Got(Start());
  EXPECT_EQ(Ask(again.conninfo(), "select a from t"), "42");
}

TEST_F(Embedded, IgnoresAHalfMadeCluster) {
  fs::create_directories(data_);  // initdb was killed here
  auto user = Made();
  struct stat info {};
  ASSERT_EQ(::stat(user.c_str(), &info), 0);
  fs::create_directories(data_ / "cluster.new" / "base");
  std::ofstream(data_ / "cluster.new" / "PG_VERSION") << "15\n";
  for (auto& path : {data_, data_ / "cluster.new", data_ / "cluster.new" / "base"}) {
    ASSERT_EQ(::chown(path.c_str(), info.st_uid, info.st_gid), 0);
  }
  auto server = Got(Start());
  EXPECT_EQ(Ask(server.conninfo(), "select 1"), "1");
  EXPECT_FALSE(fs::exists(data_ / "cluster.new"));
}

TEST_F(Embedded, IsFoundAgainAfterTheHostWasKilled) {
  Provide(data_);
  int report[2];
  ASSERT_EQ(::pipe(report), 0);
  pid_t host = ::fork();
  if (host == 0) {
    auto server = Start();
    int pid = server ? server->pid() : -1;
    (void)!::write(report[1], &pid, sizeof pid);
    ::pause();
    ::_exit(0);
  }
  int pid = 0;
  ASSERT_EQ(::read(report[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  ::close(report[0]);
  ::close(report[1]);
  ::kill(host, SIGKILL);
  ::waitpid(host, nullptr, 0);
  ASSERT_TRUE(Alive(pid)) << "the server outlives its host";

  auto server = Got(Start());
  EXPECT_TRUE(server.reused());
  EXPECT_EQ(server.pid(), pid);
  EXPECT_EQ(Ask(server.conninfo(), "select 1"), "1");
  Got(server.Stop());
  EXPECT_TRUE(GoneWithin(pid, milliseconds(1000)));
}

TEST_F(Embedded, IsStartedAnewAfterItWasKilled) {
  Provide(data_);
  auto options = Options(data_);
  options.durable = true;
  auto first = Got(EmbeddedServer::Start(options));
  auto connection = Got(Connection::Open(first.conninfo()));
  Got(connection.Script("create table t as select 7 as a"));
  EXPECT_TRUE(first.Running());
  ::kill(first.pid(), SIGKILL);  // the connection's backend lives on for a moment
  auto second = Got(Start());
  EXPECT_FALSE(second.reused());
  EXPECT_NE(second.pid(), first.pid());
  EXPECT_EQ(Ask(second.conninfo(), "select a from t"), "7");
  EXPECT_FALSE(first.Running());
  EXPECT_TRUE(second.Running());
}

TEST_F(Embedded, IsSharedByTwoHosts) {
  Provide(data_);
  auto one = Got(Start());
  auto two = Got(Start());
  EXPECT_TRUE(two.reused());
  EXPECT_EQ(one.pid(), two.pid());
  Got(one.Stop());  // the one that started it
  EXPECT_TRUE(Alive(two.pid()));
  EXPECT_EQ(Ask(two.conninfo(), "select 1"), "1");
  auto three = Got(Start());
  Got(two.Stop());
  EXPECT_EQ(Ask(three.conninfo(), "select 1"), "1");
  Got(three.Stop());
  EXPECT_TRUE(GoneWithin(three.pid(), milliseconds(1000)));
}

TEST_F(Embedded, IsStartedOnceByHostsThatStartTogether) {
  Provide(data_);
  std::vector<std::optional<EmbeddedServer>> servers(4);
  std::vector<std::thread> hosts;
  for (auto& server : servers) hosts.emplace_back([&] { server = Got(Start()); });
  for (auto& host : hosts) host.join();
  int started = 0;
  for (auto& server : servers) {
    started += !server->reused();
    EXPECT_EQ(server->pid(), servers[0]->pid());
  }
  EXPECT_EQ(started, 1);
}

TEST_F(Embedded, GivesStartAndStopAtOnceTheirTurns) {
  Provide(data_);
  std::vector<std::thread> hosts;
  for (int i = 0; i < 3; ++i) {
    hosts.emplace_back([&] {
      for (int n = 0; n < 3; ++n) {
        auto server = Got(Start());
        EXPECT_EQ(Ask(server.conninfo(), "select 1"), "1");
      }
    });
  }
  for (auto& host : hosts) host.join();
}

TEST_F(Embedded, TakesPathsOfEveryKind) {
  for (auto name :
       {std::string("it's a \"folder\" with ä"), std::string("a,b"), std::string(120, 'x')}) {
    auto data = folder_.path() / name / "data";
    Provide(data);
    auto server = Got(EmbeddedServer::Start(Options(data)));
    EXPECT_EQ(Ask(server.conninfo(), "show data_directory"), (data / "cluster").string());
    auto sockets = Ask(server.conninfo(), "show unix_socket_directories");  // in quotes
    EXPECT_EQ(sockets.ends_with("/data/socket\""), name.starts_with("it's")) << sockets;
    Got(server.Stop());
    EXPECT_FALSE(fs::exists(sockets.substr(1, sockets.size() - 2))) << "it is elsewhere, and gone";
  }
}

TEST_F(Embedded, ShowsTheLogWhenItDoesNotStart) {
  Provide(data_);
  std::ofstream(data_ / "cluster" / "postgresql.conf", std::ios::app) << "shared_bufers = 1GB\n";
  auto server = Start();
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Code::kUnavailable);
  EXPECT_THAT(server.error().message, HasSubstr("PostgreSQL did not start"));
  EXPECT_THAT(server.error().message, HasSubstr("postgres.log ends with:\n"));
  EXPECT_THAT(server.error().message,
              HasSubstr("unrecognized configuration parameter \"shared_bufers\""));
}

TEST_F(Embedded, TellsWhatToInstall) {
  auto options = Options(folder_.path() / "other");
  options.bin_folder = "/nonexistent";
  auto server = EmbeddedServer::Start(options);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Code::kNotFound);
  EXPECT_THAT(server.error().message, HasSubstr("apt-get install --no-install-recommends "
                                                "postgresql"));

  Provide(data_);
  Got(WriteFile(data_ / "cluster" / "PG_VERSION", "9\n"));
  server = Start();
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Code::kNotFound);
  EXPECT_THAT(server.error().message, HasSubstr("made by PostgreSQL 9, which is not there"));
}

TEST_F(Embedded, LeavesFoldersOfOthersAlone) {
  fs::create_directories(data_);
  std::ofstream(data_ / "thesis.txt") << "mine";
  int nobody = 65534;
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(data_.c_str(), nobody, nobody), 0);
  }
  // Where we cannot make a folder of somebody else's, "/" is one.
  auto server = EmbeddedServer::Start(Options(::geteuid() == 0 ? data_ : fs::path("/")));
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Code::kPermissionDenied);
  EXPECT_THAT(server.error().message, HasSubstr("belongs to"));
}

TEST_F(Embedded, TellsWhereTheWayIsBarred) {
  auto barred = folder_.path() / "private";
  fs::create_directories(barred);
  ::chmod(barred.c_str(), ::geteuid() == 0 ? 0700 : 0600);
  auto server = EmbeddedServer::Start(Options(barred / "data"));
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Code::kPermissionDenied);
  EXPECT_THAT(server.error().message, HasSubstr(barred.string()));
}

TEST_F(Embedded, RefusesAnUnknownUser) {
  if (::geteuid() != 0) return;  // others always run it as themselves
  auto options = Options(data_);
  options.user = "nobody-of-this-name";
  auto server = EmbeddedServer::Start(options);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Code::kNotFound);
  EXPECT_THAT(server.error().message, HasSubstr("useradd --system nobody-of-this-name"));
}

// The postgres that the process `parent` has started; 0 where there is none (yet).
pid_t PostgresOf(pid_t parent) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    auto stat = ReadFile(entry.path() / "stat");  // "123 (postgres) S <parent> ..."
    auto found = stat ? stat->find(fmt::format("(postgres) S {} ", parent)) : std::string::npos;
    if (found != std::string::npos) return std::atoi(stat->c_str());
  }
  return 0;
}

// The server of a test process must not outlive it.
TEST(ScratchServer, EndsWithAProcessThatIsKilled) {
  ProcessOptions endless;
  endless.command = {"/proc/self/exe", "--gtest_filter=ConnectionTest.SetsTheSessionUp",
                     "--gtest_repeat=-1"};
  endless.output_file = "/dev/null";
  auto child = Got(Process::Start(endless));
  pid_t server = 0;
  while (!(server = PostgresOf(child.pid()))) std::this_thread::sleep_for(milliseconds(10));
  auto cluster = fs::read_symlink(fmt::format("/proc/{}/cwd", server));
  auto folder = cluster.parent_path().parent_path();
  child.Signal(SIGKILL);
  for (int i = 0; i < 1000 && fs::exists(folder); ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_EQ(PostgresOf(child.pid()), 0);
  auto state = ReadFile(fmt::format("/proc/{}/stat", server));
  EXPECT_TRUE(!state || state->find(") Z") != std::string::npos) << *state;
}

}  // namespace
}  // namespace tidings::pg
