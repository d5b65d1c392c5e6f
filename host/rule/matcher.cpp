#include "rule/matcher.h"

#include "pg/rows.h"

namespace tidings::rule {
namespace {

constexpr char kOrders[] = R"((
  select coalesce(jsonb_agg(jsonb_build_object(
           'amount', o.amount::text, 'status', o.status,
           'date', (extract(epoch from o.order_date) * 1000000)::bigint,
           'items', (select coalesce(jsonb_agg(jsonb_build_object('name', i.name, 'sku', i.sku)), '[]')
                       from order_items i
                      where i.customer_id = o.customer_id and i.order_id = o.id))), '[]')
    from orders o where o.customer_id = c.id))";

std::string SelectOf(const std::string& field) {
  if (field == "tags") return "to_jsonb(c.tags)";
  return field == "orders" ? kOrders : "c." + field;
}

lua::Value ReadColumn(lua::FieldKind kind, const pg::Rows& rows, int row, int column) {
  if (rows.IsNull(row, column)) return {};
  switch (kind) {
    case lua::FieldKind::kText: return rows.Text(row, column);
    case lua::FieldKind::kJson:
    case lua::FieldKind::kOrders: return lua::JsonText{rows.Text(row, column)};
    case lua::FieldKind::kInteger: return rows.Int(row, column);
    case lua::FieldKind::kTime: return rows.Timestamp(row, column);
    case lua::FieldKind::kMoney: return rows.Amount(row, column);
  }
  return {};
}

// The reading and the counting that both kinds share.
class CountingMatcher : public Matcher {
 public:
  explicit CountingMatcher(const std::function<bool(const std::string&)>& reads)
      : values_(lua::CustomerRow().fields.size(), lua::NotRead{&wanted_more_}), columns_("c.id") {
    const auto& fields = lua::CustomerRow().fields;
    for (size_t slot = 1; slot < fields.size(); ++slot) {
      if (!reads(fields[slot].name)) continue;
      columns_ += ", " + SelectOf(fields[slot].name);
      slots_.push_back(slot);
    }
  }

  const std::string& Columns() const override { return columns_; }

  bool Match(const pg::Rows& rows, int row) override {
    id_ = rows.Uuid(row, 0).ToString();
    values_[0] = std::string_view(id_);
    int column = 0;
    for (size_t slot : slots_) {
      values_[slot] = ReadColumn(lua::CustomerRow().fields[slot].kind, rows, row, ++column);
    }
    return Match(this->row());
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
  bool WantedMore() const override { return wanted_more_; }
  const MatchReport& report() const override { return report_; }

 protected:
  virtual Result<bool> Ask(const lua::Row& row) = 0;

 private:
  void Note(const lua::Row& row, const Error& error) {
    auto* id = std::get_if<std::string_view>(&row.values[0]);
    std::string_view known = id != nullptr ? *id : "?";
    if (++report_.errors > 1 && first_failed_ <= known) return;
    first_failed_ = known;
    report_.first_error = "customer " + first_failed_ + ": " + error.message;
  }

  std::vector<lua::Value> values_;
  std::string columns_;
  std::vector<size_t> slots_;  // of the fields among the columns, in their order
  std::string id_;
  std::string first_failed_;  // the lowest id for which there was an error
  bool wanted_more_ = false;
  MatchReport report_;
};

class ScriptMatcher : public CountingMatcher {
 public:
  ScriptMatcher(std::unique_ptr<lua::Script> script,
                const std::function<bool(const std::string&)>& reads)
      : CountingMatcher(reads), script_(std::move(script)) {}

 protected:
  Result<bool> Ask(const lua::Row& row) override { return script_->Test(row); }

 private:
  const std::unique_ptr<lua::Script> script_;
};

class TreeMatcher : public CountingMatcher {
 public:
  TreeMatcher(Node tree, Time now)
      : CountingMatcher([orders = UsesOrders(tree)](const std::string& field) {
          return orders || field != "orders";
        }),
        tree_(std::move(tree)),
        now_(now) {}

 protected:
  Result<bool> Ask(const lua::Row& row) override { return Evaluate(tree_, row, now_); }

 private:
  const Node tree_;
  const Time now_;
};

}  // namespace

std::unique_ptr<Matcher> NewScriptMatcher(std::unique_ptr<lua::Script> script,
                                          const std::function<bool(const std::string&)>& reads) {
  return std::make_unique<ScriptMatcher>(std::move(script), reads);
}

std::unique_ptr<Matcher> NewTreeMatcher(Node tree, Time now) {
  return std::make_unique<TreeMatcher>(std::move(tree), now);
}

}  // namespace tidings::rule
