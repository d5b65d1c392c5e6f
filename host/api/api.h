// Every route of the host.
#pragma once

#include "api/services.h"
#include "http/router.h"

namespace tidings::api {

// Adds what docs/api.md describes. `services` is copied; what it points to must outlive the server.
void AddRoutes(http::Router& router, const Services& services);

// The parts of it.
void AddCustomerRoutes(http::Router& router, const Services& services);
void AddOrderRoutes(http::Router& router, const Services& services);
void AddSegmentRoutes(http::Router& router, const Services& services);
void AddCampaignRoutes(http::Router& router, const Services& services);
void AddReceiptRoutes(http::Router& router, const Services& services);
void AddHealthRoutes(http::Router& router, const Services& services);

inline constexpr const char* kPrefix = "/api/v1";

}  // namespace tidings::api
