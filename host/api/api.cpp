#include "api/api.h"

namespace tidings::api {

void AddRoutes(http::Router& router, const Services& services) {
  AddCustomerRoutes(router, services);
  AddOrderRoutes(router, services);
  AddSegmentRoutes(router, services);
  AddCampaignRoutes(router, services);
  AddReceiptRoutes(router, services);
  AddHealthRoutes(router, services);
}

}  // namespace tidings::api
