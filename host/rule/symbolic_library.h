// The library of scripts (host/lua) over values that stand for all customers.
#pragma once

#include <map>
#include <string>

#include "rule/symbolic_compare.h"
#include "rule/symbolic_value.h"

namespace tidings::rule::symbolic {

// By full name: "days_since", "string.lower", "math.floor". Every name that the sandbox offers is
// there; what cannot be evaluated answers Unknown, or gives up where it could change something.
const std::map<std::string, Builtin>& Library();

// What `pairs` and `ipairs` return first; loops know them.
const Builtin* PairsIterator();
const Builtin* IpairsIterator();

// The members 1, 2, ... up to the first that is missing.
std::vector<std::pair<Value, Value>> ListOf(const TableObject& table);
int64_t LengthOf(const TableObject& table, const Site& site);

// `count` of c.orders and its like. Raises for a name that there is not.
Value OrdersFunction(const Site& site, const std::string& name);

// An argument; nil where it was not given.
const Value& Argument(const Values& arguments, size_t index);
void Add(std::map<std::string, Builtin>& functions, const std::string& name,
         std::function<Values(Interpreter&, Values&)> call);

// Each adds its functions.
using Functions = std::map<std::string, Builtin>;
void AddBasics(Functions& functions);
void AddQuestions(Functions& functions);  // has, contains, between, missing, any
void AddTimes(Functions& functions);
void AddTexts(Functions& functions);
void AddNumbers(Functions& functions);

}  // namespace tidings::rule::symbolic
