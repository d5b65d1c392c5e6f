// The built summarize_llm against a mock of the API. `run` starts the mock and says where it is.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "socket_http.h"

namespace {

using namespace tidings::sdk::testing;
using testing::HasSubstr;
using testing::StartsWith;
using tidings::sdk::ToText;

std::string Required(const char* name) {
  const char* value = std::getenv(name);
  if (!value) throw std::runtime_error(std::string(name) + " is not set; run tests/llm/run");
  return value;
}

const tidings_plugin_descriptor* Plugin() {
  static const auto* descriptor = [] {
    void* library = dlopen(Required("TIDINGS_LLM_PLUGIN").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw std::runtime_error(dlerror());
    return reinterpret_cast<tidings_plugin_entry>(dlsym(library, TIDINGS_ENTRY_NAME))();
  }();
  return descriptor;
}

const char kGood[] =
    "The campaign reached 1,806 of 2,000 customers, a delivery rate of 90.3 %. Customers who spent "
    "over 10,000 had a 95 % delivery rate. 97 messages bounced.";

struct Try {
  std::string path = "", key = "test-key", timeout = "20s", kind = "summary", url = "";
};

// What is written about the campaign of that name; "RETRY after: why" or "REJECT why" otherwise.
std::string Write(const std::string& name, const Try& with = {}) {
  FakeHost host;
  host.http = CallBySocket;
  std::string url = with.url.empty() ? Required("TIDINGS_LLM_URL") + with.path : with.url;
  Driver plugin(host,
                R"({"url": ")" + url + R"(", "model": "test-model", "key": ")" + with.key +
                    R"(", "timeout": ")" + with.timeout + "\"}",
                Plugin());
  std::string facts = R"({"name": ")" + name + R"(", "rule": "total spend is over 5,000",
    "audience": 2000, "sent": 2000, "delivered": 1806, "failed": 194, "delivery_rate": 0.903,
    "reasons": [{"reason": "EMAIL_BOUNCED", "count": 97}],
    "groups": [{"by": "spend", "label": "over 10,000", "audience": 300, "delivered": 285,
                "failed": 15, "rate": 0.95}]})";
  auto& out = plugin.Process<tidings_task>({{ToText(with.kind), ToText(facts)}});
  EXPECT_EQ(out.status, TIDINGS_OK);
  EXPECT_EQ(out.problems, std::vector<std::string>());
  if (out.texts.count(0)) return out.texts.at(0);
  auto& verdict = out.verdicts.at(0);
  if (verdict.code == TIDINGS_REJECT) return "REJECT " + verdict.reason;
  return "RETRY " + std::to_string(verdict.retry_after_ms) + ": " + verdict.reason;
}

TEST(Llm, WritesASummary) { EXPECT_EQ(Write("good"), kGood); }

TEST(Llm, WritesAnIntent) {
  EXPECT_EQ(Write("intent", {.kind = "intent"}), "win_back: bring back big spenders");
}

TEST(Llm, HasAnAnswerMendedOnce) { EXPECT_EQ(Write("invents once"), kGood); }

TEST(Llm, RefusesAnswersThatStayWrong) {
  EXPECT_EQ(Write("invents"),
            "REJECT the model's answer cannot be used, twice: the number 12,345 is not in the "
            "facts");
  EXPECT_EQ(Write("prose"),
            "REJECT the model's answer cannot be used, twice: it is no JSON object");
}

TEST(Llm, DoesWithoutSchemasWhereItMust) { EXPECT_EQ(Write("no schemas"), kGood); }

TEST(Llm, UnderstandsHowAnswersEnd) {
  EXPECT_EQ(Write("cut off"), "REJECT the answer was cut off; raise max_tokens");
  EXPECT_EQ(Write("filtered"), "REJECT the model's content filter took the answer away");
  EXPECT_EQ(Write("any", {.path = "/refusing"}),
            "REJECT the model refused: I cannot help with that.");
}

TEST(Llm, SendsItsKey) {
  EXPECT_EQ(Write("any", {.path = "/locked"}), kGood);
  EXPECT_EQ(Write("any", {.path = "/locked", .key = "other"}),
            "REJECT the model's server answered HTTP 401: wrong key");
}

TEST(Llm, ComesBackLater) {
  EXPECT_EQ(Write("rate limited"), "RETRY 3000: the model's server answered HTTP 429: slow down");
  EXPECT_EQ(Write("overloaded"), "RETRY 0: the model's server answered HTTP 503: try later");
  EXPECT_THAT(Write("dropped"), StartsWith("RETRY 0: the model's server answered HTTP 500: "));
  EXPECT_THAT(Write("disconnects"), StartsWith("RETRY 0: http://127.0.0.1:"));
  EXPECT_THAT(Write("any", {.url = "http://127.0.0.1:1/v1"}),
              HasSubstr("RETRY 0: http://127.0.0.1:1/v1/chat/completions: Connection refused"));
}

TEST(Llm, WaitsNoLongerThanItIsTold) {
  auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(Write("slow", {.timeout = "300ms"}), HasSubstr("timed out"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
}

TEST(Llm, SurvivesAnAnswerThatIsNoJson) {
  EXPECT_EQ(Write("malformed"),
            "REJECT the model's server answered something that is no chat completion");
}

}  // namespace
