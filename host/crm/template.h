// Messages with placeholders for what is known of a person.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/money.h"
#include "base/result.h"

namespace tidings::crm {

// A borrowed view of a customer. `attributes` may be null: an empty object.
struct Person {
  std::string_view id, external_id, name, email, phone, city, status;
  Money total_spend;
  int64_t visit = 0, order_count = 0;
  std::optional<Time> last_order_date;
  const Json* attributes = nullptr;
};

// What a rendered value must not break out of.
enum class Part {
  kText,  // as it is
  kLine,  // a subject: line breaks and other control characters become blanks
  kHtml,  // & < > " ' become entities
};

// A template, compiled once and rendered for many; immutable, so any thread may render.
//
// {{name}} and {name} are the field, {{name|there}} with a fallback where it is empty. Known are
// id, external_id, name, first_name, email, phone, city, status, total_spend, total_orders
// (order_count), total_visits (visit), last_order_date (2026-03-01), attributes.KEY (a.b goes into
// objects), in any of the spellings that ParseCustomer takes. \{ is a brace; so is one that does
// not enclose a name ({color: red}).
class Template {
 public:
  // Fails with kInvalidArgument: `where`:line:column, what is wrong, the nearest name.
  static Result<Template> Parse(std::string_view text, Part part,
                                const std::string& where = "message");

  void RenderTo(const Person& person, std::string& out) const;  // appends
  std::string Render(const Person& person) const;
  bool UsesAttributes() const;
  bool empty() const { return pieces_.empty(); }

 private:
  enum class Field : uint8_t;
  struct Piece {
    std::string literal;  // stands in front of the field
    Field field;
    std::vector<std::string> path;  // of an attribute
    std::string fallback;
  };
  friend class TemplateParser;
  static std::string_view TextOf(Field field, const Person& person);
  static std::string ValueOf(const Piece& piece, const Person& person);

  std::vector<Piece> pieces_;
  Part part_ = Part::kText;
};

}  // namespace tidings::crm
