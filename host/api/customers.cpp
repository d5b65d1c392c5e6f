#include "api/api.h"
#include "api/call.h"
#include "api/resource.h"
#include "crm/customer_store.h"
#include "pg/pool.h"

namespace tidings::api {
namespace {

Result<crm::Page> List(crm::CustomerStore& store, const http::Request& request) {
  TRY(CheckQuery(request,
                 {"cursor", "limit", "search", "email", "external_id", "city", "status", "tag"}));
  crm::CustomerQuery query;
  TRY_ASSIGN(query.limit, Limit(request));
  query.cursor = Cursor(request);
  query.search = QueryText(request, "search");
  query.email = QueryText(request, "email");
  query.external_id = QueryText(request, "external_id");
  query.city = QueryText(request, "city");
  query.status = QueryText(request, "status");
  query.tag = QueryText(request, "tag");
  return store.List(query);
}

}  // namespace

void AddCustomerRoutes(http::Router& router, const Services& services) {
  auto store = std::make_shared<crm::CustomerStore>(*services.pool, *services.ids);
  auto parse = [](std::string_view json) {
    return crm::ParseCustomer(json, crm::ParseMode::kPatch);
  };
  AddResourceRoutes(router, services,
                    {.entity = "customer",
                     .path = std::string(kPrefix) + "/customers",
                     .get = [store](const Id& id) { return store->Get(id); },
                     .list = [store](const http::Request& r) { return List(*store, r); },
                     .patch = PatchWith(store, parse),
                     .remove = [store](const Id& id) { return store->Delete(id); }});
}

}  // namespace tidings::api
