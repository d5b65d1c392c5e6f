#include "config/file_head.h"

#include <fmt/core.h>

#include "config/parse.h"

namespace tidings::config {

std::optional<Node> ParseFile(std::string& source, const std::string& main_key,
                              const Catalog& catalog, Report& report) {
  auto root = Parse(source, catalog, report);
  bool nothing = root ? root->Is(Node::Kind::kNull) : report.Empty();
  if (!nothing) return root;
  report.Add({1, 1}, fmt::format("the file is empty; expected `version: 1` and `{}:`", main_key));
  return std::nullopt;
}

void ReadVersion(MapReader& in, Report& report) {
  const Node* version = in.Require("version");
  if (!version || version->Is(Node::Kind::kUnknown)) return;
  bool one = version->Is(Node::Kind::kScalar) && version->origin == Node::Origin::kPlain &&
             PlainValue(version->text) == Json(1);
  if (!one) Mismatch(*version, "`1`, the only version there is", report);
}

}  // namespace tidings::config
