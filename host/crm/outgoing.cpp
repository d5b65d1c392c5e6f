#include "crm/outgoing.h"

#include "pg/transaction.h"

namespace tidings::crm {
namespace {

constexpr const char kNoAddress[] = "NO_ADDRESS", kDeleted[] = "CUSTOMER_DELETED";

Person PersonOf(const pg::Rows& rows, int row, std::string_view id, const Json* attributes) {
  Person person;
  person.id = id;
  person.external_id = rows.Text(row, 3);
  person.name = rows.Text(row, 4);
  person.email = rows.Text(row, 5);
  person.phone = rows.Text(row, 6);
  person.city = rows.Text(row, 7);
  person.status = rows.Text(row, 8);
  person.total_spend = rows.Amount(row, 9);
  person.visit = rows.Int(row, 10);
  person.order_count = rows.Int(row, 11);
  person.last_order_date = rows.OptTimestamp(row, 12);
  person.attributes = attributes;
  return person;
}

}  // namespace

bool GoesByEmail(std::string_view channel) { return channel == "email"; }

constexpr const char kTemplates[] =
    "select channel, subject, message, html from campaigns where id = $1";
Result<Renderer> Renderer::Open(pg::Transaction& transaction, const Id& campaign) {
  TRY_ASSIGN(auto rows, transaction.Execute(kTemplates, pg::Params().Uuid(campaign)));
  if (rows.empty()) return Fail(Code::kNotFound, "no campaign has the id " + campaign.ToString());
  Renderer renderer;
  renderer.campaign_ = campaign;
  renderer.prefix_ = campaign.ToString() + ".";
  renderer.channel_ = rows.Text(0, 0);
  TRY_ASSIGN(renderer.subject_, Template::Parse(rows.Text(0, 1), Part::kLine, "subject"));
  TRY_ASSIGN(renderer.text_, Template::Parse(rows.Text(0, 2), Part::kText, "message"));
  TRY_ASSIGN(renderer.html_, Template::Parse(rows.Text(0, 3), Part::kHtml, "html"));
  renderer.attributes_ = renderer.subject_.UsesAttributes() || renderer.text_.UsesAttributes() ||
                         renderer.html_.UsesAttributes();
  return renderer;
}

void Renderer::Add(const pg::Rows& rows, int row, int attempt, Outgoing& out) const {
  int n = static_cast<int>(rows.Int(row, 0));
  if (rows.Bool(row, 2)) return out.refused.push_back({n, Answer::kRejected, {}, kDeleted});
  auto recipient = rows.Text(row, GoesByEmail(channel_) ? 5 : 6);
  if (recipient.empty()) return out.refused.push_back({n, Answer::kRejected, {}, kNoAddress});
  Json attributes;
  if (attributes_) attributes = ParseJson(rows.Text(row, 13)).value_or(Json::object());
  Id customer = rows.Uuid(row, 1);
  std::string id = customer.ToString();
  Person person = PersonOf(rows, row, id, &attributes);
  auto& message = out.messages.emplace_back();
  message.n = n;
  message.attempt = attempt;
  message.id = prefix_ + std::to_string(n);
  message.customer_id = customer;
  message.recipient = recipient;
  message.recipient_name = person.name;
  subject_.RenderTo(person, message.subject);
  text_.RenderTo(person, message.text);
  html_.RenderTo(person, message.html);
  message.attributes = rows.Text(row, 13);
}

}  // namespace tidings::crm
