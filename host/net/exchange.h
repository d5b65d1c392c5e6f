// One curl handle with the connections it keeps open.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "base/result.h"
#include "net/http_client.h"
#include "net/target.h"

namespace tidings::net {

// How a call may travel.
struct Route {
  bool guarded = true;  // every peer must be public
  std::string pin;      // for CURLOPT_RESOLVE; empty where the URL holds an address
  Duration connect_timeout{};
  std::string user_agent;
};

// Runs one call after the other. Not thread-safe.
class Exchange {
 public:
  Exchange();

  Result<HttpAnswer> Run(const HttpCall& call, const Target& target,
                         const std::vector<std::string>& headers, const Route& route,
                         Duration limit);

 private:
  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  struct Progress;

  void SetRequest(const HttpCall& call, const Target& target);
  void SetLimits(const Route& route, Duration limit);
  void SetCallbacks(Progress& progress);
  CURLcode Perform(Progress& progress);

  std::unique_ptr<CURLM, FreeMulti> multi_;  // keeps the connections; outlives the easy handle
  std::unique_ptr<CURL, FreeEasy> easy_;
};

}  // namespace tidings::net
