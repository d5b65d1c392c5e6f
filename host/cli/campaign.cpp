#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/file.h"
#include "base/text.h"
#include "cli/campaign_view.h"
#include "cli/command.h"
#include "cli/database.h"
#include "cli/progress.h"
#include "cli/setup.h"
#include "crm/campaign_store.h"
#include "crm/segment_store.h"
#include "net/http_client.h"

namespace tidings::cli {
namespace {

constexpr const char* kTeaching =
    "Launches campaigns on a running host, and shows how they go.\n\n"
    "  tidings campaign launch --name 'We miss you' --script "
    "scripts/segment/lapsed_big_spenders.lua \\\n"
    "      --subject 'Long time, {{name|friend}}' --message 'Dear {{name}}, come back to us.'\n"
    "  tidings campaign launch --name Thanks --rule '{\"combinator\":\"and\",\"rules\":[...]}' \\\n"
    "      --message-file thanks.txt --wait\n"
    "  tidings campaign list\n"
    "  tidings campaign watch            # the newest; or give its id\n";

constexpr auto kPatience = std::chrono::seconds(60);

struct Order {  // of the marketer
  std::string url = "http://127.0.0.1:8080";
  std::string name, script, rule, segment, channel, subject, message, message_file, now, id;
  bool wait = false;
};

Result<std::string> TextOrFile(const std::string& text, const std::string& file) {
  return file.empty() ? Result<std::string>(text) : ReadFile(file);
}

Result<Json> Request(const Order& order) {
  TRY_ASSIGN(auto message, TextOrFile(order.message, order.message_file));
  Json body{{"name", order.name}, {"subject", order.subject}, {"message", message}};
  if (!order.channel.empty()) body["channel"] = order.channel;
  if (!order.now.empty()) body["now"] = order.now;
  if (!order.segment.empty()) body["segment_id"] = order.segment;
  if (!order.rule.empty()) {
    TRY_ASSIGN(body["rule"], ParseJson(order.rule));
  }
  if (!order.script.empty()) {
    TRY_ASSIGN(body["rule"], ReadFile(order.script));
    body["language"] = "lua";
  }
  return body;
}

// The host's answer, or its problem in words.
Result<Json> Post(const std::string& url, const Json& body) {
  auto scheme = url.find("://");
  auto host = scheme == url.npos ? url : url.substr(scheme + 3);
  TRY_ASSIGN(auto client, net::HttpClient::Create({.allow = {host.substr(0, host.find('/'))}}));
  net::HttpCall call;
  call.method = "POST";
  call.url = url + "/api/v1/campaigns";
  call.headers = "Content-Type: application/json\r\n";
  call.body = ToLine(body);
  auto answer = client->Call(call);
  if (!answer) {
    return Fail(answer.error().code, answer.error().message +
                                         ". Is a host running? Start it with "
                                         "`tidings serve`, or name it with --url");
  }
  TRY_ASSIGN(Json json, ParseJson(answer->body));
  if (answer->status < 300) return json;
  std::string message = TextOf(json, "detail");
  for (const auto& error : json.value("errors", Json::array())) {
    message += fmt::format("\n  {}: {}", TextOf(error, "pointer"), TextOf(error, "detail"));
  }
  return Fail(Code::kInvalidArgument, message);
}

Result<int> ShowEnd(const Globals& globals, pg::Pool& pool, const Id& id) {
  TRY_ASSIGN(auto campaign, WatchCampaign(pool, id, globals.json, kPatience));
  Print(globals, DescribeCampaign(campaign), OrderedJson(campaign));
  return kDone;
}

Result<int> Launch(const Globals& globals, const Order& order) {
  TRY_ASSIGN(Json request, Request(order));
  TRY_ASSIGN(Json ticket, Post(order.url, request));
  auto text =
      fmt::format("launched {}: {} people, intent: {}\n", TextOf(ticket, "id"),
                  WithThousands(ticket.value("audience", int64_t{0})), TextOf(ticket, "intent")) +
      DescribeRuleReport(ticket);
  if (!order.wait) {
    Print(globals, text, OrderedJson(ticket));
    return kDone;
  }
  if (!globals.json) Print(globals, text, {});
  TRY_ASSIGN(Id id, Id::Parse(TextOf(ticket, "id")));
  TRY_ASSIGN(auto database, Database::Open(globals.locations, 2));
  return ShowEnd(globals, database->pool(), id);
}

Result<int> List(const Globals& globals) {
  TRY_ASSIGN(auto database, Database::Open(globals.locations, 2));
  crm::CampaignStore store(database->pool(), IdSource::System());
  TRY_ASSIGN(auto page, store.List(std::nullopt, 50));
  std::string text =
      fmt::format("{:<36}  {:<10} {:>9} {:>9} {:>9} {:>9}  {:>6}  {}\n", "id", "status", "audience",
                  "sent", "delivered", "failed", "rate", "name");
  for (const auto& c : page.items) {
    text += fmt::format("{:<36}  {:<10} {:>9} {:>9} {:>9} {:>9}  {:>5.1f}%  {}\n", TextOf(c, "id"),
                        TextOf(c, "status"), TextOf(c, "audience"), TextOf(c, "sent"),
                        TextOf(c, "delivered"), TextOf(c, "failed"),
                        100 * c.value("delivery_rate", 0.0), TextOf(c, "name"));
  }
  Print(globals, text, {{"items", page.items}});
  return kDone;
}

// The id given, or the newest campaign's.
Result<Id> Which(pg::Pool& pool, const std::string& id) {
  if (!id.empty()) return Id::Parse(id);
  TRY_ASSIGN(auto page, crm::CampaignStore(pool, IdSource::System()).List(std::nullopt, 1));
  if (page.items.empty()) return Fail(Code::kNotFound, "there is no campaign yet");
  return Id::Parse(TextOf(page.items[0], "id"));
}

Result<int> Show(const Globals& globals, const Order& order, bool watch) {
  TRY_ASSIGN(auto database, Database::Open(globals.locations, 2));
  TRY_ASSIGN(Id id, Which(database->pool(), order.id));
  if (watch) return ShowEnd(globals, database->pool(), id);
  TRY_ASSIGN(auto campaign, crm::CampaignStore(database->pool(), IdSource::System()).Get(id));
  Print(globals, DescribeCampaign(campaign), OrderedJson(campaign));
  return kDone;
}

void AddLaunchOptions(CLI::App* launch, Order& order) {
  launch->add_option("--url", order.url, "The running host")->capture_default_str();
  launch->add_option("--name", order.name, "Name of the campaign")->required();
  auto* who = launch->add_option_group("audience", "Exactly one of these says who gets it");
  who->add_option("--script", order.script, "A Lua rule")->check(CLI::ExistingFile);
  who->add_option("--rule", order.rule, "A JSON rule group");
  who->add_option("--segment", order.segment, "Id of a saved segment");
  who->require_option(1);
  launch->add_option("--channel", order.channel, "email (default), sms, ...");
  launch->add_option("--subject", order.subject, "Template of the subject");
  auto* what = launch->add_option_group("message", "Exactly one of these is the message");
  what->add_option("--message", order.message, "Template of the message");
  what->add_option("--message-file", order.message_file, "File with it")->check(CLI::ExistingFile);
  what->require_option(1);
  launch->add_option("--now", order.now, "Clock reading of the rule; else the present");
  launch->add_flag("--wait", order.wait, "Stay until it is completed, and show how it went");
}

}  // namespace

void AddCampaign(Commands& commands) {
  auto* command = AddCommand(commands, "campaign", "Launch and follow campaigns", kTeaching);
  auto order = std::make_shared<Order>();
  auto* launch = command->add_subcommand("launch", "Launch one on a running host");
  auto* list = command->add_subcommand("list", "The newest 50, newest first");
  auto* show = command->add_subcommand("show", "One campaign's figures and summary");
  auto* watch = command->add_subcommand("watch", "Follow one to its end");
  AddLaunchOptions(launch, *order);
  for (auto* one : {show, watch}) one->add_option("id", order->id, "Its id; else the newest");
  for (auto* one : {launch, list, show, watch}) one->fallthrough();
  command->require_subcommand(1);
  command->callback([&commands, order, launch, list, watch] {
    bool launching = launch->parsed(), listing = list->parsed(), watching = watch->parsed();
    commands.chosen = [&globals = commands.globals, order, launching, listing, watching] {
      return launching ? Launch(globals, *order)
             : listing ? List(globals)
                       : Show(globals, *order, watching);
    };
  });
}

}  // namespace tidings::cli
