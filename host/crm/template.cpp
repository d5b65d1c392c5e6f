#include "crm/template.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/text.h"
#include "crm/names.h"

namespace tidings::crm {

enum class Template::Field : uint8_t {
  kNone,  // the end: a literal alone
  kId,
  kExternalId,
  kName,
  kFirstName,
  kEmail,
  kPhone,
  kCity,
  kStatus,
  kTotalSpend,
  kOrders,
  kVisits,
  kLastOrderDate,
  kAttribute
};

namespace {

constexpr std::string_view kAttributePrefix = "attributes";
constexpr size_t kMostPlaceholders = 1000;

const std::vector<std::string>& KnownNames() {
  static const std::vector<std::string> names = {
      "id",           "external_id", "name",   "first_name",      "email",
      "phone",        "city",        "status", "total_spend",     "total_orders",
      "total_visits", "order_count", "visit",  "last_order_date", "attributes.KEY"};
  return names;
}

bool IsNameChar(char c) {
  return c == '_' || c == '.' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// "message:2:14", counting characters.
std::string Position(const std::string& where, std::string_view text, size_t at) {
  auto before = text.substr(0, at);
  auto line = 1 + std::count(before.begin(), before.end(), '\n');
  auto start = before.rfind('\n');
  auto on_line = start == before.npos ? before : before.substr(start + 1);
  auto column =
      1 + std::count_if(on_line.begin(), on_line.end(), [](char c) { return (c & 0xc0) != 0x80; });
  return fmt::format("{}:{}:{}", where, line, column);
}

void AppendHtml(std::string_view text, std::string& out) {
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
}

void AppendLine(std::string_view text, std::string& out) {
  for (char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
}

void Append(std::string_view text, Part part, std::string& out) {
  if (part == Part::kHtml) return AppendHtml(text, out);
  if (part == Part::kLine) return AppendLine(text, out);
  out += text;
}

std::string AttributeOf(const Json* value, const std::vector<std::string>& path) {
  for (const std::string& key : path) {
    if (value == nullptr || !value->is_object()) return "";
    auto member = value->find(key);
    value = member == value->end() ? nullptr : &*member;
  }
  if (value == nullptr || value->is_null()) return "";
  return value->is_string() ? value->get<std::string>() : ToLine(*value);
}

}  // namespace

// Takes a template apart; used once.
class TemplateParser {
 public:
  TemplateParser(std::string_view text, Part part, const std::string& where)
      : text_(text), where_(where) {
    result_.part_ = part;
  }

  Result<Template> Run() {
    while (at_ < text_.size()) {
      TRY(Step());
    }
    if (!literal_.empty()) Push(Template::Field::kNone, {}, "");
    return std::move(result_);
  }

 private:
  using Field = Template::Field;

  Status Step() {
    auto rest = text_.substr(at_);
    if (rest.starts_with("\\{")) {
      literal_ += '{';
      at_ += 2;
      return {};
    }
    if (rest.starts_with("{{")) return Double(rest);
    if (rest.starts_with('{')) {
      if (size_t length = SingleLength(rest)) return Single(rest, length);
    }
    size_t next = std::min(rest.find_first_of("\\{", 1), rest.size());
    literal_ += rest.substr(0, next);
    at_ += next;
    return {};
  }

  Status Double(std::string_view rest) {
    size_t end = rest.find("}}", 2);
    auto inner = rest.substr(2, end == rest.npos ? end : end - 2);
    if (end == rest.npos || inner.find_first_of("{\n") != inner.npos) {
      return Refuse("`{{` is not closed; add `}}`, or write \\{ for a brace");
    }
    TRY(Placeholder(inner));
    at_ += end + 2;
    return {};
  }

  Status Single(std::string_view rest, size_t length) {
    TRY(Placeholder(rest.substr(1, length - 2)));
    at_ += length;
    return {};
  }

  // How long "{name}" or "{name|there}" at the front is; 0 where the brace is just a brace.
  static size_t SingleLength(std::string_view rest) {
    size_t end = 1;
    while (end < rest.size() && IsNameChar(rest[end])) ++end;
    if (end == 1 || end == rest.size() || (rest[1] >= '0' && rest[1] <= '9')) return 0;
    if (rest[end] == '|') end = rest.find_first_of("{}\n", end);
    return end != rest.npos && rest[end] == '}' ? end + 1 : 0;
  }

  Status Placeholder(std::string_view inner) {
    size_t bar = inner.find('|');
    auto name = Trim(inner.substr(0, bar));
    auto fallback = bar == inner.npos ? "" : Trim(inner.substr(bar + 1));
    if (result_.pieces_.size() >= kMostPlaceholders) return Refuse("too many placeholders");
    if (name.size() > kAttributePrefix.size() &&
        LowerAscii(name.substr(0, kAttributePrefix.size() + 1)) == "attributes.") {
      return Attribute(name.substr(kAttributePrefix.size() + 1), fallback);
    }
    Field field = Find(name);
    if (field == Field::kNone) return Unknown(name);
    Push(field, {}, fallback);
    return {};
  }

  static Field Find(std::string_view name) {
    static constexpr auto Of = [](Field field) { return static_cast<int>(field); };
    static const NameTable::Entry entries[] = {
        {"id", Of(Field::kId)},
        {"customerid", Of(Field::kId)},
        {"externalid", Of(Field::kExternalId)},
        {"customerexternalid", Of(Field::kExternalId)},
        {"name", Of(Field::kName)},
        {"fullname", Of(Field::kName)},
        {"customername", Of(Field::kName)},
        {"firstname", Of(Field::kFirstName)},
        {"email", Of(Field::kEmail)},
        {"phone", Of(Field::kPhone)},
        {"city", Of(Field::kCity)},
        {"location", Of(Field::kCity)},
        {"status", Of(Field::kStatus)},
        {"totalspend", Of(Field::kTotalSpend)},
        {"totalspent", Of(Field::kTotalSpend)},
        {"lifetimespend", Of(Field::kTotalSpend)},
        {"totalorders", Of(Field::kOrders)},
        {"ordercount", Of(Field::kOrders)},
        {"totalvisits", Of(Field::kVisits)},
        {"visitcount", Of(Field::kVisits)},
        {"visits", Of(Field::kVisits)},
        {"visit", Of(Field::kVisits)},
        {"lastorderdate", Of(Field::kLastOrderDate)},
        {"lastorderat", Of(Field::kLastOrderDate)},
        {"lastordered", Of(Field::kLastOrderDate)},
    };
    static const NameTable table(entries);
    return static_cast<Field>(std::max(table.Find(name), Of(Field::kNone)));
  }

  Status Attribute(std::string_view path, std::string_view fallback) {
    std::vector<std::string> keys;
    for (auto key : Split(path, '.')) keys.emplace_back(key);
    if (std::find(keys.begin(), keys.end(), "") != keys.end()) {
      return Refuse("an attribute has a name: write attributes.KEY");
    }
    Push(Field::kAttribute, std::move(keys), fallback);
    return {};
  }

  Status Unknown(std::string_view name) {
    if (name.empty()) return Refuse("the placeholder is empty; write {{name}}");
    return Refuse(fmt::format("unknown placeholder `{}`{}; known are {}; \\{{ writes a brace",
                              name.substr(0, 60), DidYouMean(name, KnownNames()),
                              Join(KnownNames(), ", ")));
  }

  Status Refuse(const std::string& why) {
    return Fail(Code::kInvalidArgument, Position(where_, text_, at_) + ": " + why);
  }

  void Push(Field field, std::vector<std::string> path, std::string_view fallback) {
    result_.pieces_.push_back(
        {std::exchange(literal_, ""), field, std::move(path), std::string(fallback)});
  }

  const std::string_view text_;
  const std::string& where_;
  size_t at_ = 0;
  std::string literal_;
  Template result_;
};

Result<Template> Template::Parse(std::string_view text, Part part, const std::string& where) {
  if (!IsUtf8(text) || text.find('\0') != text.npos) {
    return Fail(Code::kInvalidArgument, where + ": the text is not UTF-8 without NUL; convert it");
  }
  return TemplateParser(text, part, where).Run();
}

std::string Template::ValueOf(const Piece& piece, const Person& person) {
  switch (piece.field) {
    case Field::kTotalSpend: return person.total_spend.ToString();
    case Field::kOrders: return std::to_string(person.order_count);
    case Field::kVisits: return std::to_string(person.visit);
    case Field::kLastOrderDate:
      return person.last_order_date ? FormatTime(*person.last_order_date).substr(0, 10) : "";
    case Field::kAttribute: return AttributeOf(person.attributes, piece.path);
    default: return "";
  }
}

std::string_view Template::TextOf(Field field, const Person& person) {
  switch (field) {
    case Field::kId: return person.id;
    case Field::kExternalId: return person.external_id;
    case Field::kName: return person.name;
    case Field::kFirstName: return person.name.substr(0, person.name.find(' '));
    case Field::kEmail: return person.email;
    case Field::kPhone: return person.phone;
    case Field::kCity: return person.city;
    case Field::kStatus: return person.status;
    default: return "";
  }
}

void Template::RenderTo(const Person& person, std::string& out) const {
  for (const Piece& piece : pieces_) {
    out += piece.literal;
    if (piece.field == Field::kNone) continue;
    std::string computed;
    std::string_view value = TextOf(piece.field, person);
    if (piece.field > Field::kStatus) value = computed = ValueOf(piece, person);
    Append(value.empty() ? std::string_view(piece.fallback) : value, part_, out);
  }
}

std::string Template::Render(const Person& person) const {
  std::string out;
  RenderTo(person, out);
  return out;
}

bool Template::UsesAttributes() const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& piece) { return piece.field == Field::kAttribute; });
}

}  // namespace tidings::crm
