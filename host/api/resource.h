// Customers and orders have the same routes: bulk POST, list, get, patch, delete.
#pragma once

#include <functional>
#include <string>

#include "api/services.h"
#include "base/json.h"
#include "crm/field_error.h"
#include "crm/page.h"
#include "http/router.h"

namespace tidings::api {

// What one kind of row can do. Every function is called from any thread.
struct Resource {
  std::string entity;  // "customer"
  std::string path;    // "/api/v1/customers"
  std::function<Result<Json>(const Id&)> get;
  std::function<Result<crm::Page>(const http::Request&)> list;
  // Answers by itself, because a refused change names its fields.
  std::function<void(const Id&, const http::Request&, const http::Responder&)> patch;
  std::function<Status(const Id&)> remove;
};

void AddResourceRoutes(http::Router& router, const Services& services, const Resource& resource);

// A `patch` for a store with Patch(id, record) and the parser of its records.
template <class Store, class Parse>
auto PatchWith(std::shared_ptr<Store> store, Parse parse) {
  return
      [store, parse](const Id& id, const http::Request& request, const http::Responder& responder) {
        auto record = parse(request.body);
        if (!record) return RefuseFields(responder, "the change was refused", record.error());
        Answer(responder, store->Patch(id, *record));
      };
}

}  // namespace tidings::api
