#include "api/api.h"
#include "api/call.h"
#include "api/resource.h"
#include "crm/order_store.h"
#include "pg/pool.h"

namespace tidings::api {
namespace {

Result<crm::Page> List(crm::OrderStore& store, const http::Request& request) {
  TRY(CheckQuery(request, {"cursor", "limit", "customer_id", "external_id", "status"}));
  crm::OrderQuery query;
  TRY_ASSIGN(query.limit, Limit(request));
  query.cursor = Cursor(request);
  query.external_id = QueryText(request, "external_id");
  query.status = QueryText(request, "status");
  if (auto customer = request.Query("customer_id")) {
    TRY_ASSIGN(query.customer, Id::Parse(*customer));
  }
  return store.List(query);
}

}  // namespace

void AddOrderRoutes(http::Router& router, const Services& services) {
  auto store = std::make_shared<crm::OrderStore>(*services.pool, *services.ids, *services.clock);
  auto parse = [](std::string_view json) { return crm::ParseOrder(json, crm::ParseMode::kPatch); };
  AddResourceRoutes(router, services,
                    {.entity = "order",
                     .path = std::string(kPrefix) + "/orders",
                     .get = [store](const Id& id) { return store->Get(id); },
                     .list = [store](const http::Request& r) { return List(*store, r); },
                     .patch = PatchWith(store, parse),
                     .remove = [store](const Id& id) { return store->Delete(id); }});
}

}  // namespace tidings::api
