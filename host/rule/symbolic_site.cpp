#include "rule/symbolic_site.h"

#include <algorithm>

#include <fmt/format.h>

namespace tidings::rule::symbolic {
namespace {

// "c.orders:first"; of the questions that nil answers where there are no such orders.
std::string Named(const Aggregate& aggregate) {
  bool date = aggregate.of == Column::kOrderDate;
  bool least = aggregate.function == Aggregate::Function::kLeast;
  const char* question = date ? (least ? "first" : "last") : (least ? "min" : "max");
  return fmt::format("c.orders:{}", question);
}

struct Surprise {
  std::string text;
  bool nil;  // or else of another kind
};

// What turned out to be nil, or an attribute of another kind, where that was learned last.
std::optional<Surprise> SurpriseOf(const Node& fact) {
  auto* test = fact.As<Comparison>();
  if (test == nullptr) return std::nullopt;
  if (fact.negated && IsSomeOrder(*test)) return Surprise{"there may be no such orders", true};
  auto* field = std::get_if<Field>(&test->subject.part);
  auto* aggregate = std::get_if<Aggregate>(&test->subject.part);
  if (test->op == Op::kIsNil && !fact.negated && (field || aggregate)) {
    return Surprise{
        fmt::format("`{}` may be nil", field ? "c." + field->Name() : Named(*aggregate)), true};
  }
  bool kind = test->op == Op::kIsNumber || test->op == Op::kIsText;
  if (!field || !kind || !fact.negated) return std::nullopt;
  const char* wanted = test->op == Op::kIsNumber ? "number" : "text";
  return Surprise{fmt::format("`c.{}` may be no {}", field->Name(), wanted), false};
}

}  // namespace

std::string Site::Told(const std::string& what) const {
  return module == nullptr ? what : fmt::format("{} ({}:{})", what, *module, module_line);
}

void Site::AddRemark(const std::string& text, std::optional<Node> whom) const {
  Remark remark{line, Told(text), std::move(whom)};
  bool known = std::find(remarks.begin(), remarks.end(), remark) != remarks.end();
  if (!known) remarks.push_back(std::move(remark));
}

void Site::RemarkOnMissing(const std::string& error) const {
  const Node* fact = explorer.LastFact();
  auto surprise = fact != nullptr ? SurpriseOf(*fact) : std::nullopt;
  bool fits = surprise && (!surprise->nil || error.find("nil") != error.npos);
  if (fits) AddRemark(surprise->text + ": " + error, *fact);
}

Value Site::Opaque(const std::string& why) const {
  Note(why);
  if (explorer.Decide(Formula::Unknown())) throw Raised{line, "an error that only Lua knows"};
  return {Unknown{}};
}

}  // namespace tidings::rule::symbolic
