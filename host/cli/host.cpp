#include "cli/host.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/core.h>

#include "api/api.h"
#include "base/log.h"
#include "cli/database.h"
#include "cli/setup.h"
#include "config/config.h"
#include "crm/segment_store.h"
#include "http/server.h"
#include "net/http_client.h"
#include "pipeline/script_segments.h"
#include "pipeline/segment_watch.h"

namespace tidings::cli {
namespace {

Status CheckAddress(const std::string& address) {
  bool loopback = address == "::1" || address == "localhost" || address.rfind("127.", 0) == 0;
  if (loopback) return {};
  return Fail(Code::kPermissionDenied,
              fmt::format("will not listen on {}: until there are accounts, anyone who reaches the "
                          "host may do everything. Listen on 127.0.0.1 and let a proxy with a "
                          "login stand in front",
                          address));
}

std::string Authority(const std::string& address, int port) {
  return address.find(':') == address.npos ? fmt::format("{}:{}", address, port)
                                           : fmt::format("[{}]:{}", address, port);
}

// A port that is free now. Vendors are told where receipts go before the server that takes them can
// start, so the port has to be known first; should another program snatch it, Start says so.
Result<int> FreePort(const std::string& address) {
  bool v6 = address == "::1";
  int fd = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage name{};
  name.ss_family = v6 ? AF_INET6 : AF_INET;
  if (v6)
    reinterpret_cast<sockaddr_in6*>(&name)->sin6_addr = in6addr_loopback;
  else
    reinterpret_cast<sockaddr_in*>(&name)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  auto* any = reinterpret_cast<sockaddr*>(&name);
  bool ok = fd >= 0 && ::bind(fd, any, size) == 0 && ::getsockname(fd, any, &size) == 0;
  if (fd >= 0) ::close(fd);
  if (!ok) return Fail(Code::kUnavailable, "no free port on " + address);
  return ntohs(v6 ? reinterpret_cast<sockaddr_in6*>(&name)->sin6_port
                  : reinterpret_cast<sockaddr_in*>(&name)->sin_port);
}

}  // namespace

// In the order of construction; destroyed the other way round.
class Host::Parts {
 public:
  explicit Parts(HostOptions given) : options(std::move(given)) {}

  Status Open() {
    TRY(CheckAddress(options.address));
    TRY_ASSIGN(auto scanned, ScanPlugins(options.locations));
    registry = std::make_unique<plugin::PluginRegistry>(std::move(scanned));
    TRY_ASSIGN(config, LoadPipelines(options.locations, CatalogOf(*registry, options.locations)));
    TRY_ASSIGN(database, Database::Open(options.locations));
    pipeline::ScriptRules rules(config, options.locations.scripts);
    crm::SegmentStore store(database->pool(), IdSource::System());
    TRY_ASSIGN(segments, pipeline::SegmentWatch::Start(std::move(rules), store));
    segments->Run();
    return {};
  }

  Status StartEngine(int port) {
    auto authority = Authority(options.address, port);
    url = "http://" + authority;
    auto allow = options.allow;
    allow.push_back(authority);
    TRY_ASSIGN(client, net::HttpClient::Create({.allow = allow}));
    pipeline::EngineOptions engine_options;
    engine_options.config = &config;
    engine_options.pool = &database->pool();
    engine_options.registry = registry.get();
    engine_options.http = client.get();
    engine_options.http_allow = allow;
    engine_options.scripts = options.locations.scripts;
    engine_options.segments = segments.get();
    engine_options.program = ProgramPath();
    engine_options.receipts_url = url + api::kPrefix + "/receipts";
    engine_options.clock = options.clock;
    TRY_ASSIGN(engine, pipeline::Engine::Start(engine_options));
    return {};
  }

  Status Serve(int port) {
    api::Services services;
    services.pool = &database->pool();
    services.engine = engine.get();
    services.clock = options.clock;
    services.lib = [this] { return segments->lib(); };
    services.limits = pipeline::SegmentLimits(config);
    services.counters = [this] { return server->counters(); };
    http::Router router;
    api::AddRoutes(router, services);
    http::Options http_options;
    http_options.address = options.address == "localhost" ? "127.0.0.1" : options.address;
    http_options.port = port;
    server = std::make_unique<http::Server>(http_options, std::move(router));
    return server->Start();
  }

  HostOptions options;
  std::unique_ptr<plugin::PluginRegistry> registry;
  config::Config config;
  std::unique_ptr<Database> database;
  std::unique_ptr<pipeline::SegmentWatch> segments;
  std::unique_ptr<net::HttpClient> client;
  std::string url;
  std::unique_ptr<pipeline::Engine> engine;
  std::unique_ptr<http::Server> server;
};

Result<std::unique_ptr<Host>> Host::Start(HostOptions options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  TRY(parts->Open());
  int port = parts->options.port;
  if (port == 0) {
    TRY_ASSIGN(port, FreePort(parts->options.address));
  }
  TRY(parts->StartEngine(port));
  TRY(parts->Serve(port));
  return std::unique_ptr<Host>(new Host(std::move(parts)));
}

// The engine first: vendors that finish still call the receipt API.
void Host::Drain(Duration limit) {
  auto begun = std::chrono::steady_clock::now();
  parts_->engine->Drain(limit);
  auto used = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begun);
  auto left = std::max(limit - used, Duration(std::chrono::seconds(1)));
  if (auto drained = parts_->server->Drain(left); !drained) {
    log::Warning("host", "{}", drained.error().message);
  }
}

Host::Host(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Host::~Host() { Drain(std::chrono::seconds(5)); }

const std::string& Host::url() const { return parts_->url; }
pg::Pool& Host::pool() { return parts_->database->pool(); }
pipeline::Engine& Host::engine() { return *parts_->engine; }
bool Host::embedded_database() const { return parts_->database->embedded(); }

}  // namespace tidings::cli
