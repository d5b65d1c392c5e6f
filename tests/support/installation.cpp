#include "support/installation.h"

#include <csignal>
#include <thread>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/core.h>

#include "pg/embedded_server.h"

namespace tidings::testing {
namespace {

const std::filesystem::path kSource = TIDINGS_SOURCE_DIR;
const std::filesystem::path kProgram = std::filesystem::path(TIDINGS_BINARY_DIR) / "bin/tidings";

}  // namespace

int FreePort() {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&name), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0) {
    name.sin_port = 0;
  }
  ::close(fd);
  return ntohs(name.sin_port);
}

Installation::Installation(const std::string& pipelines)
    : folder_("tidings-test"), port_(FreePort()), vendor_port_(FreePort()) {
  std::filesystem::create_symlink(kSource / "scripts", folder() / "scripts");
  auto text = pipelines.empty() ? *ReadFile(kSource / "pipelines.yaml") : pipelines;
  for (size_t at; (at = text.find("VENDOR_URL")) != text.npos;) text.replace(at, 10, VendorUrl());
  (void)WriteFile(folder() / "pipelines.yaml", text);
  client_ = *net::HttpClient::Create({.allow = {fmt::format("127.0.0.1:{}", port_)}});
}

Installation::~Installation() {
  if (vendor_) vendor_->Signal(SIGKILL);
  // The embedded server outlives a killed host: one that stops properly takes it along.
  if (!HostRunning() && std::filesystem::exists(folder() / "data")) (void)StartHost();
  if (HostRunning()) StopHost();
}

std::vector<std::string> Installation::Command(std::vector<std::string> arguments) const {
  std::vector<std::string> command{kProgram.string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(command.end(), {"--config", (folder() / "pipelines.yaml").string(), "--data",
                                 (folder() / "data").string()});
  return command;
}

Status Installation::StartHost() {
  ProcessOptions options;
  options.command = Command({"serve", "--port", std::to_string(port_), "--allow",
                             fmt::format("127.0.0.1:{}", vendor_port_)});
  options.environment = {"DATABASE_URL="};
  options.output_file = (folder() / "log").string();
  TRY_ASSIGN(auto host, Process::Start(options));
  host_.emplace(std::move(host));
  return WaitReady();
}

Status Installation::WaitReady() {
  bool ready = Until([&] { return !HostRunning() || Get("/readyz").status == 200; },
                     std::chrono::seconds(60));
  if (ready && HostRunning()) return {};
  return Fail(Code::kUnavailable, "the host did not get ready:\n" + Log());
}

void Installation::KillHost() {
  if (!host_) return;
  host_->Signal(SIGKILL);
  host_->Wait(std::chrono::seconds(10));
  host_.reset();
}

int Installation::StopHost() {
  host_->Signal(SIGTERM);
  auto status = host_->Wait(std::chrono::seconds(60));
  host_.reset();
  return status.value_or(-1);
}

bool Installation::HostRunning() { return host_ && host_->Running(); }

Status Installation::StartVendor(const std::string& options) {
  ProcessOptions process;
  process.command = Command({"vendor", "--port", std::to_string(vendor_port_), "--receipts",
                             url() + "/api/v1/receipts", "--options", options});
  process.output_file = (folder() / "log").string();
  TRY_ASSIGN(auto vendor, Process::Start(process));
  vendor_.emplace(std::move(vendor));
  return {};
}

std::string Installation::VendorUrl() const {
  return fmt::format("http://127.0.0.1:{}/messages", vendor_port_);
}

std::string Installation::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

Result<ProcessOutcome> Installation::Run(std::vector<std::string> arguments) {
  ProcessOptions options;
  options.command = Command(std::move(arguments));
  options.environment = {"DATABASE_URL="};
  return RunProcess(options, std::chrono::minutes(5));
}

Answer Installation::Call(const std::string& method, const std::string& path,
                          const std::string& body, const std::string& content_type) {
  net::HttpCall call;
  call.method = method;
  call.url = url() + path;
  call.body = body;
  if (!body.empty()) call.headers = "Content-Type: " + content_type + "\r\n";
  call.timeout = std::chrono::minutes(2);
  call.max_body = 256 << 20;
  auto answer = client_->Call(call);
  if (!answer) return {0, answer.error().message, "", Json()};
  Answer result{answer->status, answer->body, answer->headers, Json()};
  if (auto json = ParseJson(answer->body)) result.json = std::move(*json);
  return result;
}

bool Installation::Until(const std::function<bool()>& done, Duration limit) {
  auto until = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

Json Installation::Completed(const std::string& id, Duration limit) {
  Json campaign;
  Until(
      [&] {
        campaign = Get("/api/v1/campaigns/" + id).json;
        return campaign.is_object() && campaign["status"] == "completed" &&
               !campaign["summary"].is_null();
      },
      limit);
  return campaign;
}

Result<std::string> Installation::Conninfo() {
  // Attaching to the running server finds its address; the host keeps it running.
  TRY_ASSIGN(auto server, pg::EmbeddedServer::Start({.data_folder = folder() / "data"}));
  return server.conninfo();
}

Result<pg::Connection> Installation::Database() {
  TRY_ASSIGN(auto conninfo, Conninfo());
  return pg::Connection::Open(conninfo);
}

int64_t Installation::Number(const std::string& sql) {
  auto connection = Database();
  if (!connection) return -1;
  auto rows = connection->Execute(sql);
  return rows && rows->size() == 1 ? rows->Int(0, 0) : -1;
}

std::string Installation::Log() const { return ReadFile(folder() / "log").value_or(""); }

}  // namespace tidings::testing
