#include <limits>

#include <fmt/core.h>

#include "base/clock.h"
#include "plugin/sample.h"

namespace tidings::plugin {
namespace {

constexpr int64_t kDay = 86'400'000'000;  // microseconds

// A newer host's items may be larger than those the plugin was built with.
template <class Item>
constexpr size_t kStride = (sizeof(Item) / alignof(std::max_align_t) + 2) *
                           sizeof(std::max_align_t);

std::string OddText(Random& random) {
  switch (random.Below(9)) {
    case 0: return "";
    case 1: return std::string("a\0b", 3);
    case 2: return "\xff\xfe broken \xc3";
    case 3: return "line\r\nX-Injected: 1\r\n\r\n";
    case 4: return "\"quoted\\ {{name}} {name} %s %n $1 '; --";
    case 5: return std::string(1 << 20, 'x');
    case 6: return "{\"a\": [1, 2, {\"b\": nul";
    case 7: return std::string(20000, '[');
    default: return "Zoë \xf0\x9f\x8c\x8d ﷽";
  }
}

}  // namespace

SampleBatch::SampleBatch(tidings_stage stage, size_t count, Flavour flavour, Random& random)
    : random_(random), csv_(random.Chance(0.5)) {
  batch_.struct_size = sizeof batch_;
  batch_.stage = stage;
  batch_.count = count;
  batch_.now = Clock::System().Now().time_since_epoch().count();
  batch_.deadline = TIDINGS_NO_TIME;
  switch (stage) {
    case TIDINGS_INGEST: Make<tidings_payload>(count, flavour); break;
    case TIDINGS_SEGMENT: Make<tidings_customer>(count, flavour); break;
    case TIDINGS_DELIVER: Make<tidings_message>(count, flavour); break;
    case TIDINGS_RECEIPT: Make<tidings_http_request>(count, flavour); break;
    default: Make<tidings_task>(count, flavour);
  }
}

template <class Item>
void SampleBatch::Make(size_t count, Flavour flavour) {
  items_.resize(count * kStride<Item> / sizeof(std::max_align_t));
  auto* bytes = reinterpret_cast<char*>(items_.data());
  for (size_t i = 0; i < count; ++i) {
    Item item{};
    Fill(item, i, flavour);
    std::copy_n(reinterpret_cast<const char*>(&item), sizeof item, bytes + i * kStride<Item>);
  }
  batch_.items = count ? bytes : nullptr;
  batch_.item_size = kStride<Item>;
}

tidings_text SampleBatch::Text(std::string text) {
  texts_.push_back(std::move(text));
  return {texts_.back().data(), texts_.back().size()};
}

tidings_text SampleBatch::Text(std::string plain, Flavour flavour) {
  if (flavour == Flavour::kEmpty) return {nullptr, 0};
  return Text(flavour == Flavour::kOdd ? OddText(random_) : std::move(plain));
}

int64_t SampleBatch::Number(int64_t plain, Flavour flavour) {
  if (flavour == Flavour::kEmpty) return 0;
  if (flavour == Flavour::kPlain) return plain;
  const int64_t extremes[] = {std::numeric_limits<int64_t>::min(),
                              std::numeric_limits<int64_t>::max(), -1, 0};
  return extremes[random_.Below(4)];
}

void SampleBatch::Fill(tidings_payload& item, size_t i, Flavour flavour) {
  auto json = fmt::format("{{\"name\": \"Ada {0}\", \"email\": \"ada{0}@example.com\"}}\n", i);
  auto csv = fmt::format("name,email\r\nAda {0},ada{0}@example.com\r\n", i);
  item.bytes = Text(csv_ ? csv : json, flavour);
  item.content_type = Text(csv_ ? "text/csv" : "application/json", flavour);
  item.entity = flavour == Flavour::kOdd ? Text("") : Text("customer", flavour);
  item.source = Text("sample.jsonl", flavour);
  item.line = static_cast<uint64_t>(Number(static_cast<int64_t>(i) + 1, flavour));
  item.first = item.last = flavour == Flavour::kOdd ? static_cast<uint32_t>(random_.Below(2)) : 1;
}

void SampleBatch::Fill(tidings_customer& item, size_t i, Flavour flavour) {
  item.id = Text(fmt::format("00000000-0000-7000-8000-{:012}", i), flavour);
  item.external_id = Text(fmt::format("c{}", i), flavour);
  item.name = Text("Ada Lovelace", flavour);
  item.email = Text(fmt::format("ada{}@example.com", i), flavour);
  item.phone = Text("+918000000000", flavour);
  item.city = Text("Pune", flavour);
  item.status = Text("active", flavour);
  item.tags = Text(R"(["vip"])", flavour);
  item.attributes = Text(R"({"tier": "gold"})", flavour);
  item.total_spend = Text("12345.6700", flavour);
  item.total_spend_value =
      flavour == Flavour::kOdd ? std::numeric_limits<double>::quiet_NaN() : 12345.67;
  item.visit = Number(7, flavour);
  item.order_count = Number(3, flavour);
  item.created_at = Number(batch_.now - 400 * kDay, flavour);
  item.last_order_date = i % 3 ? Number(batch_.now - 90 * kDay, flavour) : TIDINGS_NO_TIME;
}

void SampleBatch::Fill(tidings_message& item, size_t i, Flavour flavour) {
  const char* campaign = "00000000-0000-7000-8000-00000000c0de";
  item.id = Text(fmt::format("{}.{}", campaign, i + 1), flavour);
  item.idempotency_key = Text(fmt::format("{}.{}", campaign, i + 1), flavour);
  item.campaign_id = Text(campaign, flavour);
  item.customer_id = Text(fmt::format("00000000-0000-7000-8000-{:012}", i), flavour);
  item.channel = Text("email", flavour);
  item.recipient = Text(fmt::format("ada{}@example.com", i), flavour);
  item.recipient_name = Text("Ada Lovelace", flavour);
  item.subject = Text("We miss you", flavour);
  item.text = Text("Hello Ada,\nten percent off this week.\n", flavour);
  item.html = Text("<p>Hello Ada</p>", flavour);
  item.attributes = Text("{}", flavour);
  item.attempt = 1;
}

void SampleBatch::Fill(tidings_http_request& item, size_t i, Flavour flavour) {
  item.method = Text("POST", flavour);
  item.path = Text("/api/v1/receipts", flavour);
  item.query = Text("", flavour);
  item.headers = Text("Content-Type: application/json\r\n", flavour);
  item.body = Text(fmt::format("[{{\"message_id\": \"00000000-0000-7000-8000-00000000c0de.{}\", "
                               "\"status\": \"DELIVERED\"}}]",
                               i + 1),
                   flavour);
}

void SampleBatch::Fill(tidings_task& item, size_t i, Flavour flavour) {
  item.kind = Text(i % 2 ? "intent" : "summary", flavour);
  item.facts = Text(
      R"({"name": "Lapsed spenders", "rule": "total spend is over 5,000", "audience": 1284,)"
      R"( "sent": 1284, "delivered": 1140, "failed": 144, "delivery_rate": 0.888,)"
      R"( "reasons": [{"reason": "EMAIL_BOUNCED", "count": 144}],)"
      R"( "groups": [{"by": "spend", "label": "over 10,000", "audience": 300, "delivered": 285,)"
      R"( "rate": 0.95}], "duration_seconds": 12.5})",
      flavour);
}

}  // namespace tidings::plugin
