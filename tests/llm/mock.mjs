// Starts the mock on a free port, runs the test program against it, stops it, and looks at every
// request that came: the mock takes nearly anything, the real APIs do not.
//
//   node mock.mjs TEST-PROGRAM PLUGIN
//
// The name of the campaign in the facts chooses the answer.
import { spawn } from "node:child_process";
import { LLMock } from "@copilotkit/aimock";

const good =
  "The campaign reached 1,806 of 2,000 customers, a delivery rate of 90.3 %. Customers who spent " +
  "over 10,000 had a 95 % delivery rate. 97 messages bounced.";
const summary = (text) => ({ content: JSON.stringify({ summary: text }) });
const userText = (request) => request.messages.find((m) => m.role === "user")?.content ?? "";
const repaired = (request) => request.messages.length > 2;

const scenarios = {
  "good": () => summary(good),
  "intent": () => ({ content: JSON.stringify({ intent: "win_back", phrase: "bring back big spenders" }) }),
  "invents once": (request) => summary(repaired(request) ? good : "It made 12,345 in sales, by 1,806 customers."),
  "invents": () => summary("It made 12,345 in sales, by 1,806 customers."),
  "prose": () => ({ content: "It went very well for all of you." }),
  "no schemas": (request) =>
    request.response_format?.type === "json_schema"
      ? { error: { message: "response_format json_schema is not supported", type: "invalid_request_error" }, status: 400 }
      : { content: "```json\n" + JSON.stringify({ summary: good }) + "\n```" },
  "cut off": () => ({ content: '{"summary": "The camp', finishReason: "length" }),
  "filtered": () => ({ content: "", finishReason: "content_filter" }),
  "rate limited": () => ({ error: { message: "slow down", type: "rate_limit_error" }, status: 429, retryAfter: 3 }),
  "overloaded": () => ({ error: { message: "try later", type: "server_error" }, status: 503 }),
};
const faults = {
  "malformed": { malformedRate: 1 },
  "disconnects": { disconnectRate: 1 },
  "dropped": { dropRate: 1 },
  "slow": { latencyMs: 5000 },
};

const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
const named = (name) => ({ predicate: (request) => userText(request).includes(`"name":"${name}"`) });
for (const [name, respond] of Object.entries(scenarios)) mock.on(named(name), respond);
for (const [name, chaos] of Object.entries(faults)) mock.on(named(name), summary(good), { chaos });

// What the mock has no words for: a refusal, and a key that is checked.
const json = (response, status, body) => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
};
const completion = (message) => ({ choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", ...message } }] });
mock.mount("/refusing", {
  async handleRequest(request, response) {
    request.resume();
    json(response, 200, completion({ content: null, refusal: "I cannot help with that." }));
    return true;
  },
});
mock.mount("/locked", {
  async handleRequest(request, response) {
    request.resume();
    if (request.headers.authorization === "Bearer test-key") {
      json(response, 200, completion({ content: JSON.stringify({ summary: good }), refusal: null }));
    } else {
      json(response, 401, { error: { message: "wrong key", type: "authentication_error" } });
    }
    return true;
  },
});

// Why a strict API would refuse the request; "" where it would not.
function complaint({ method, path, headers, body }) {
  if (method !== "POST" || path !== "/v1/chat/completions") return `${method} ${path}`;
  if (headers["content-type"] !== "application/json") return `content-type ${headers["content-type"]}`;
  const known = ["model", "messages", "max_tokens", "max_completion_tokens", "temperature", "response_format"];
  for (const key of Object.keys(body)) if (!known.includes(key) && !key.startsWith("_")) return `unknown member ${key}`;
  if (typeof body.model !== "string" || !Number.isInteger(body.max_tokens)) return "model or max_tokens";
  const roles = body.messages.map((message) => message.role).join(" ");
  if (!["system user", "system user assistant user"].includes(roles)) return `roles ${roles}`;
  if (!/^<facts>\{[^<]*\}<\/facts>$/.test(userText(body))) return "the facts are not delimited";
  const format = body.response_format;
  if (format?.type !== "json_schema") return format?.type === "json_object" ? "" : "response_format";
  const { name, strict, schema } = format.json_schema;
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name) || strict !== true) return "json_schema is not strict";
  if (schema.type !== "object" || schema.additionalProperties !== false) return "schema is open";
  const properties = Object.keys(schema.properties).sort().join();
  return properties === [...schema.required].sort().join() ? "" : "not every property is required";
}

await mock.start();
const [program, plugin] = process.argv.slice(2);
const test = spawn(program, [], {
  stdio: "inherit",
  env: { ...process.env, TIDINGS_LLM_URL: mock.url, TIDINGS_LLM_PLUGIN: plugin },
});
let status = await new Promise((resolve) => test.on("exit", (code) => resolve(code ?? 1)));
const requests = mock.getRequests();
for (const request of requests) {
  const why = complaint(request);
  if (why) console.error(`a strict API would refuse this request: ${why}\n${JSON.stringify(request.body)}`);
  if (why) status = 1;
}
console.log(`${requests.length} requests looked at`);
if (requests.length === 0) status = 1;
await mock.stop();
process.exit(status);
