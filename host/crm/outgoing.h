// Messages made ready for the vendor. For DeliveryStore only.
#pragma once

#include <string>

#include "base/id.h"
#include "base/result.h"
#include "crm/delivery_store.h"
#include "crm/template.h"

namespace tidings::pg {
class Rows;
class Transaction;
}  // namespace tidings::pg

namespace tidings::crm {

// The select list over `messages m left join customers c` that Renderer::Add reads.
inline constexpr const char kOutgoingColumns[] =
    "m.n, m.customer_id, c.id is null, c.external_id, c.name, c.email, c.phone, c.city, c.status, "
    "c.total_spend, c.visit, c.order_count, c.last_order_date, c.attributes";

// Whether a message of this channel goes to an e-mail address; else it goes to a phone.
bool GoesByEmail(std::string_view channel);

// Renders the messages of one campaign.
class Renderer {
 public:
  // Reads the campaign's templates. kNotFound where there is no such campaign.
  static Result<Renderer> Open(pg::Transaction& transaction, const Id& campaign);

  // Adds the message of this (binary) row to `out`, or to `out.refused`.
  void Add(const pg::Rows& rows, int row, int attempt, Outgoing& out) const;
  const std::string& channel() const { return channel_; }

 private:
  Id campaign_;
  std::string prefix_;  // of message ids: "<campaign>."
  std::string channel_;
  Template subject_, text_, html_;
  bool attributes_ = false;  // whether a template looks at them
};

}  // namespace tidings::crm
