// For tests: whether two rule groups select the same customers, whatever they look like.
//
// Evaluates react-querybuilder's JSON by itself, over a made population in which every field takes
// each constant of both rules, what lies just beside it, and nothing at all. It shares no code with
// the rule engine, so that neither hides the other's mistakes.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace tidings::sentence {

class Judge {
 public:
  // None of `population` customers is selected by one rule and not by the other.
  static bool Same(const Json& a, const Json& b, int population = 3000) {
    Judge judge;
    judge.CollectConstants(a);
    judge.CollectConstants(b);
    for (int i = 0; i < population; ++i) {
      Json customer = judge.MakeCustomer();
      if (Holds(a, customer) != Holds(b, customer)) return false;
    }
    return true;
  }

 private:
  static constexpr double kToday = 20'513;  // days since 1970: 2026-03-01

  static bool IsDate(const std::string& field) {
    return field.ends_with("_date") || field == "created_at";
  }
  static bool IsOrders(const std::string& field) {
    return field.starts_with("order_") && field != "order_count";
  }

  // A date as its day; {"daysAgo": n} counted from today.
  static Json Constant(const std::string& field, const Json& value) {
    if (value.is_object()) {
      double count = value.begin()->get<double>();
      return kToday - (value.begin().key() == "hoursAgo" ? count / 24 : count);
    }
    if (!IsDate(field) || !value.is_string()) return value;
    return std::chrono::duration<double>(ParseTime(value.get<std::string>())->time_since_epoch())
               .count() /
           86'400;
  }

  static std::vector<Json> Constants(const Json& rule) {
    std::vector<Json> constants;
    Json value = rule.value("value", Json());
    if (!value.is_array()) return {Constant(rule["field"], value)};
    for (const Json& one : value) constants.push_back(Constant(rule["field"], one));
    return constants;
  }

  void CollectConstants(const Json& rule) {
    if (rule.contains("rules")) {
      for (const Json& member : rule["rules"]) CollectConstants(member);
      return;
    }
    if (!rule.contains("field")) return CollectOfOrders(rule);
    auto& values = values_[rule["field"].get<std::string>()];
    for (const Json& constant : Constants(rule)) {
      values.push_back(constant);
      if (!constant.is_number()) continue;
      for (double beside : {-1.0, -0.5, 0.5, 1.0})
        values.push_back(constant.get<double>() + beside);
    }
  }

  // Amounts of orders that come to such a total, or are one; and what their conditions name.
  void CollectOfOrders(const Json& rule) {
    most_orders_ = 5;
    const Json& orders = rule.contains("subject") ? rule["subject"] : rule;
    if (orders.contains("where")) CollectConstants(orders["where"]);
    if (orders["orders"] == "any" || orders["orders"] == "count") return;
    for (const Json& constant : Constants(Compared("order_amount", rule))) {
      for (double share : {1.0, 0.5, 1.5}) {
        for (double beside : {-1.0, 0.0, 1.0})
          values_["order_amount"].push_back(constant.get<double>() * share + beside);
      }
    }
  }

  static Json Compared(const char* field, const Json& rule) {
    return {{"field", field}, {"operator", rule["operator"]}, {"value", rule["value"]}};
  }

  Json Pick(const std::string& field, std::vector<Json> values) {
    auto known = values_.find(field);
    if (known != values_.end())
      values.insert(values.end(), known->second.begin(), known->second.end());
    return values[random_() % values.size()];
  }

  Json MakeCustomer() {
    Json customer{{"total_spend", Pick("total_spend", {0, 1e9})},
                  {"visit", Pick("visit", {0, 1, 1000})},
                  {"order_count", Pick("order_count", {0, 1, 2, 1000})},
                  {"last_order_date", Pick("last_order_date", {nullptr, kToday, 100.5})},
                  {"created_at", Pick("created_at", {kToday, 100.5})},
                  {"orders", Json::array()}};
    for (const char* text : {"city", "name", "status"})
      customer[text] = Pick(text, {"", "Elsewhere"});
    for (const char* text : {"email", "phone"}) customer[text] = Pick(text, {nullptr, "x@y.z"});
    customer["tags"] = Json::array({Pick("tags", {"other"})});
    for (const auto& [field, values] : values_) {
      if (field.starts_with("attributes.")) customer[field] = Pick(field, {nullptr});
    }
    for (auto orders = random_() % (most_orders_ + 1); orders > 0; --orders)
      customer["orders"].push_back(MakeOrder());
    return customer;
  }

  Json MakeOrder() {
    return {{"order_amount", Pick("order_amount", {1, 1e9})},
            {"order_date", Pick("order_date", {kToday, 100.5})},
            {"order_status", Pick("order_status", {"COMPLETED", "OTHER"})},
            {"order_item", Pick("order_item", {"Other"})}};
  }

  static bool Holds(const Json& rule, const Json& customer) {
    if (!rule.contains("rules")) return Compare(rule, customer);
    bool any = rule["combinator"] == "or";
    bool holds = !any;
    for (const Json& member : rule["rules"]) {
      bool one = Holds(member, customer);
      holds = any ? holds || one : holds && one;
    }
    return holds != rule.value("not", false);
  }

  // The orders that fulfil `where`, or all.
  static std::vector<Json> Chosen(const Json& orders, const Json& customer) {
    std::vector<Json> chosen;
    for (const Json& order : customer["orders"]) {
      if (!orders.contains("where") || HoldsOf(orders["where"], order)) chosen.push_back(order);
    }
    return chosen;
  }

  static bool HoldsOf(const Json& where, const Json& order) {
    Json customer = {{"orders", Json::array({order})}};
    return Holds(where, customer);
  }

  // null where there is none.
  static Json Asked(const std::string& what, const std::vector<Json>& orders) {
    if (what == "count") return static_cast<double>(orders.size());
    double sum = 0, least = 1e300, most = -1e300;
    for (const Json& order : orders) {
      double amount = order["order_amount"];
      sum += amount, least = std::min(least, amount), most = std::max(most, amount);
    }
    if (what == "sum") return sum;
    if (orders.empty()) return nullptr;
    return what == "avg" ? sum / static_cast<double>(orders.size()) : what == "min" ? least : most;
  }

  static bool CompareOrders(const Json& rule, const Json& customer) {
    if (!rule.contains("subject")) return !Chosen(rule, customer).empty();
    const Json& subject = rule["subject"];
    Json asked = Asked(subject["orders"], Chosen(subject, customer));
    return CompareValue(Compared("order_amount", rule), asked);
  }

  static bool Compare(const Json& rule, const Json& customer) {
    if (!rule.contains("field")) return CompareOrders(rule, customer);
    std::string field = rule["field"];
    if (!IsOrders(field)) return CompareValue(rule, customer[field]);
    for (const Json& order : customer["orders"]) {
      if (CompareValue(rule, order[field])) return true;
    }
    return false;
  }

  // A whole day as the upper end of a time goes up to its end.
  static double Upper(const Json& rule, const Json& written, const Json& constant) {
    bool day = IsDate(rule["field"]) && written.is_string();
    return constant.get<double>() + (day ? 1 - 1e-6 : 0);
  }

  static bool CompareValue(const Json& rule, const Json& value) {
    std::string op = rule["operator"];
    for (auto [negative, positive] : {std::pair("!=", "="),
                                      {"notIn", "in"},
                                      {"notNull", "null"},
                                      {"notBetween", "between"},
                                      {"doesNotContain", "contains"}}) {
      if (op != negative) continue;
      Json opposite = rule;
      opposite["operator"] = positive;
      return !CompareValue(opposite, value);
    }
    if (op == "null") return value.is_null() || value == "" || value == Json::array();
    if (value.is_null()) return false;
    auto constants = Constants(rule);
    const Json& first = constants[0];
    if (op == "in") return std::find(constants.begin(), constants.end(), value) != constants.end();
    if (op == "=") return value == first;
    if (op == "contains" && value.is_array()) return value[0] == first;
    if (value.is_string()) return CompareText(op, value, first);
    double number = value;
    if (op == "<") return number < first.get<double>();
    if (op == ">=") return number >= first.get<double>();
    if (op == ">") return number > Upper(rule, rule["value"], first);
    if (op == "<=") return number <= Upper(rule, rule["value"], first);
    return number >= first.get<double>() && number <= Upper(rule, rule["value"][1], constants[1]);
  }

  static bool CompareText(const std::string& op, const std::string& value, const Json& constant) {
    const auto& text = constant.get_ref<const std::string&>();
    if (op == "beginsWith") return value.starts_with(text);
    if (op == "endsWith") return value.ends_with(text);
    return value.find(text) != std::string::npos;
  }

  std::map<std::string, std::vector<Json>> values_;
  unsigned most_orders_ = 2;  // of one customer
  std::mt19937 random_{42};
};

}  // namespace tidings::sentence
