#include "rule/matcher.h"

#include <charconv>

#include "base/money.h"

namespace tidings::rule {
namespace {

std::optional<int64_t> ReadInteger(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

lua::Value ReadColumn(lua::FieldKind kind, std::string_view text) {
  auto integer = kind == lua::FieldKind::kInteger || kind == lua::FieldKind::kTime
                     ? ReadInteger(text)
                     : std::nullopt;
  switch (kind) {
    case lua::FieldKind::kText: return text;
    case lua::FieldKind::kJson:
    case lua::FieldKind::kOrders: return lua::JsonText{text};
    case lua::FieldKind::kInteger: return integer ? lua::Value(*integer) : lua::Value();
    case lua::FieldKind::kTime:
      return integer ? lua::Value(Time(Duration(*integer))) : lua::Value();
    case lua::FieldKind::kMoney: {
      auto money = Money::Parse(text);
      return money.has_value() ? lua::Value(*money) : lua::Value();
    }
  }
  return {};
}

// In the order of lua::CustomerRow(), without the orders; times in microseconds since 1970.
constexpr char kColumns[] =
    "c.id, c.external_id, c.name, c.email, c.phone, c.city, c.status, c.total_spend, c.visit, "
    "c.order_count, (extract(epoch from c.last_order_date) * 1000000)::bigint, "
    "(extract(epoch from c.created_at) * 1000000)::bigint, c.attributes, to_jsonb(c.tags), ";
constexpr char kOrders[] = R"((
  select coalesce(jsonb_agg(jsonb_build_object(
           'amount', o.amount::text, 'status', o.status,
           'date', (extract(epoch from o.order_date) * 1000000)::bigint,
           'items', (select coalesce(jsonb_agg(jsonb_build_object('name', i.name, 'sku', i.sku)), '[]')
                       from order_items i
                      where i.customer_id = o.customer_id and i.order_id = o.id))), '[]')
    from orders o where o.customer_id = c.id))";

std::string ColumnsWith(bool orders) { return std::string(kColumns) + (orders ? kOrders : "null"); }

// The counting that both kinds share.
class CountingMatcher : public Matcher {
 public:
  explicit CountingMatcher(bool uses_orders) : columns_(ColumnsWith(uses_orders)) {}

  const std::string& Columns() const override { return columns_; }

  bool Match(std::span<const std::optional<std::string_view>> columns) override {
    Read(columns);
    return Match(row());
  }

  bool Match(const lua::Row& row) override {
    ++report_.rows;
    auto matches = Ask(row);
    if (!matches.has_value()) Note(row, matches.error());
    bool match = matches.value_or(false);
    report_.matched += match;
    return match;
  }

  lua::Row row() const override { return {&lua::CustomerRow(), values_.data()}; }

  const MatchReport& report() const override { return report_; }

 protected:
  virtual Result<bool> Ask(const lua::Row& row) = 0;

 private:
  void Read(std::span<const std::optional<std::string_view>> columns) {
    const auto& fields = lua::CustomerRow().fields;
    values_.assign(fields.size(), {});
    for (size_t i = 0; i < std::min(fields.size(), columns.size()); ++i) {
      if (columns[i].has_value()) values_[i] = ReadColumn(fields[i].kind, *columns[i]);
    }
  }

  void Note(const lua::Row& row, const Error& error) {
    if (++report_.errors > 1) return;
    auto* id = std::get_if<std::string_view>(&row.values[0]);
    report_.first_error =
        "customer " + std::string(id != nullptr ? *id : "?") + ": " + error.message;
  }

  const std::string columns_;
  MatchReport report_;
  std::vector<lua::Value> values_;
};

class ScriptMatcher : public CountingMatcher {
 public:
  ScriptMatcher(std::unique_ptr<lua::Script> script, bool uses_orders)
      : CountingMatcher(uses_orders), script_(std::move(script)) {}

 protected:
  Result<bool> Ask(const lua::Row& row) override { return script_->Test(row); }

 private:
  const std::unique_ptr<lua::Script> script_;
};

class TreeMatcher : public CountingMatcher {
 public:
  TreeMatcher(Node tree, Time now)
      : CountingMatcher(UsesOrders(tree)), tree_(std::move(tree)), now_(now) {}

 protected:
  Result<bool> Ask(const lua::Row& row) override { return Evaluate(tree_, row, now_); }

 private:
  const Node tree_;
  const Time now_;
};

}  // namespace

std::unique_ptr<Matcher> NewScriptMatcher(std::unique_ptr<lua::Script> script, bool uses_orders) {
  return std::make_unique<ScriptMatcher>(std::move(script), uses_orders);
}

std::unique_ptr<Matcher> NewTreeMatcher(Node tree, Time now) {
  return std::make_unique<TreeMatcher>(std::move(tree), now);
}

}  // namespace tidings::rule
