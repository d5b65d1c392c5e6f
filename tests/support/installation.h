// A scratch installation for tests that start Tidings as its users do: the built program, a data
// folder of its own, free ports, and everything stopped and removed at the end.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "net/http_client.h"
#include "pg/connection.h"

namespace tidings::testing {

// The answer of a call: its status, and its body as JSON (null where it is none).
struct Answer {
  int status = 0;
  std::string text, headers;
  Json json;
};

// One folder with pipelines.yaml and data/. Its host can be started, killed and started again on
// the same data and port.
class Installation {
 public:
  // `pipelines` is the text of pipelines.yaml; "" = the shipped one.
  explicit Installation(const std::string& pipelines = "");
  ~Installation();

  // Starts `tidings serve` and waits until it is ready. Fails with what it printed.
  Status StartHost();
  void KillHost();     // SIGKILL
  int StopHost();      // SIGTERM, and its exit status
  bool HostRunning();  // false once it has ended

  // Starts `tidings vendor` with these options, its receipts going to this installation's host.
  Status StartVendor(const std::string& options);
  std::string VendorUrl() const;

  // Runs a command of the program to its end, with standard output and error together.
  Result<ProcessOutcome> Run(std::vector<std::string> arguments);

  Answer Call(const std::string& method, const std::string& path, const std::string& body = "",
              const std::string& content_type = "application/json");
  Answer Get(const std::string& path) { return Call("GET", path); }
  Answer Post(const std::string& path, const Json& body) { return Call("POST", path, body.dump()); }

  // Polls until `done` says so; false after `limit`.
  static bool Until(const std::function<bool()>& done, Duration limit);
  // The campaign once it is completed and summarised, or as it was after `limit`.
  Json Completed(const std::string& id, Duration limit = std::chrono::seconds(60));

  // The database behind the host, for looking at the truth.
  Result<std::string> Conninfo();
  Result<pg::Connection> Database();
  int64_t Number(const std::string& sql);  // the single number it selects; -1 on an error

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::string url() const;
  int host_pid() const { return host_ ? host_->pid() : -1; }
  std::string Log() const;  // what host and vendor have printed so far

 private:
  std::vector<std::string> Command(std::vector<std::string> arguments) const;
  Status WaitReady();

  TempDir folder_;
  int port_ = 0, vendor_port_ = 0;
  std::optional<Process> host_, vendor_;
  std::unique_ptr<net::HttpClient> client_;
};

int FreePort();

}  // namespace tidings::testing
