#include "rule/operators.h"

#include <cctype>

namespace tidings::rule {
namespace {

struct Word {
  const char* word;  // in lower case, without spaces, "_", "-" and "$"
  NamedOp op;
};
constexpr Word kWords[] = {
    {"=", {Op::kEqual, false}},
    {"==", {Op::kEqual, false}},
    {"===", {Op::kEqual, false}},
    {"eq", {Op::kEqual, false}},
    {"is", {Op::kEqual, false}},
    {"equal", {Op::kEqual, false}},
    {"equals", {Op::kEqual, false}},
    {"equalto", {Op::kEqual, false}},
    {"!=", {Op::kEqual, true}},
    {"<>", {Op::kEqual, true}},
    {"!==", {Op::kEqual, true}},
    {"ne", {Op::kEqual, true}},
    {"neq", {Op::kEqual, true}},
    {"isnot", {Op::kEqual, true}},
    {"notequal", {Op::kEqual, true}},
    {"notequals", {Op::kEqual, true}},
    {"notequalto", {Op::kEqual, true}},
    {"doesnotequal", {Op::kEqual, true}},
    {"<", {Op::kLess, false}},
    {"lt", {Op::kLess, false}},
    {"less", {Op::kLess, false}},
    {"lessthan", {Op::kLess, false}},
    {"before", {Op::kLess, false}},
    {"below", {Op::kLess, false}},
    {"under", {Op::kLess, false}},
    {"<=", {Op::kLessEqual, false}},
    {"lte", {Op::kLessEqual, false}},
    {"le", {Op::kLessEqual, false}},
    {"lessorequal", {Op::kLessEqual, false}},
    {"lessthanequal", {Op::kLessEqual, false}},
    {"lessthanequals", {Op::kLessEqual, false}},
    {"lessthanorequal", {Op::kLessEqual, false}},
    {"lessthanorequals", {Op::kLessEqual, false}},
    {"lessthanorequalto", {Op::kLessEqual, false}},
    {"atmost", {Op::kLessEqual, false}},
    {"onorbefore", {Op::kLessEqual, false}},
    {">", {Op::kGreater, false}},
    {"gt", {Op::kGreater, false}},
    {"greater", {Op::kGreater, false}},
    {"greaterthan", {Op::kGreater, false}},
    {"morethan", {Op::kGreater, false}},
    {"after", {Op::kGreater, false}},
    {"above", {Op::kGreater, false}},
    {"over", {Op::kGreater, false}},
    {">=", {Op::kGreaterEqual, false}},
    {"gte", {Op::kGreaterEqual, false}},
    {"ge", {Op::kGreaterEqual, false}},
    {"greaterorequal", {Op::kGreaterEqual, false}},
    {"greaterthanequal", {Op::kGreaterEqual, false}},
    {"greaterthanequals", {Op::kGreaterEqual, false}},
    {"greaterthanorequal", {Op::kGreaterEqual, false}},
    {"greaterthanorequals", {Op::kGreaterEqual, false}},
    {"greaterthanorequalto", {Op::kGreaterEqual, false}},
    {"atleast", {Op::kGreaterEqual, false}},
    {"onorafter", {Op::kGreaterEqual, false}},
    {"contains", {Op::kContains, false}},
    {"includes", {Op::kContains, false}},
    {"notcontains", {Op::kContains, true}},
    {"notincludes", {Op::kContains, true}},
    {"doesnotcontain", {Op::kContains, true}},
    {"doesnotinclude", {Op::kContains, true}},
    {"beginswith", {Op::kBeginsWith, false}},
    {"startswith", {Op::kBeginsWith, false}},
    {"notbeginswith", {Op::kBeginsWith, true}},
    {"notstartswith", {Op::kBeginsWith, true}},
    {"doesnotbeginwith", {Op::kBeginsWith, true}},
    {"doesnotstartwith", {Op::kBeginsWith, true}},
    {"endswith", {Op::kEndsWith, false}},
    {"notendswith", {Op::kEndsWith, true}},
    {"doesnotendwith", {Op::kEndsWith, true}},
    {"in", {Op::kIn, false}},
    {"isin", {Op::kIn, false}},
    {"anyof", {Op::kIn, false}},
    {"oneof", {Op::kIn, false}},
    {"isoneof", {Op::kIn, false}},
    {"notin", {Op::kIn, true}},
    {"nin", {Op::kIn, true}},
    {"noneof", {Op::kIn, true}},
    {"isnotin", {Op::kIn, true}},
    {"isnotoneof", {Op::kIn, true}},
    {"between", {Op::kBetween, false}},
    {"isbetween", {Op::kBetween, false}},
    {"notbetween", {Op::kBetween, true}},
    {"isnotbetween", {Op::kBetween, true}},
    {"null", {Op::kIsMissing, false}},
    {"isnull", {Op::kIsMissing, false}},
    {"empty", {Op::kIsMissing, false}},
    {"isempty", {Op::kIsMissing, false}},
    {"notnull", {Op::kIsMissing, true}},
    {"isnotnull", {Op::kIsMissing, true}},
    {"notempty", {Op::kIsMissing, true}},
    {"isnotempty", {Op::kIsMissing, true}},
    {"exists", {Op::kIsMissing, true}},
    {"isnil", {Op::kIsNil, false}},
    {"isnotnil", {Op::kIsNil, true}},
    {"matches", {Op::kMatches, false}},
    {"doesnotmatch", {Op::kMatches, true}},
    {"isnumber", {Op::kIsNumber, false}},
    {"isnotnumber", {Op::kIsNumber, true}},
    {"istext", {Op::kIsText, false}},
    {"isnottext", {Op::kIsText, true}},
};

}  // namespace

std::optional<NamedOp> FindOperator(std::string_view word) {
  std::string plain;
  for (char c : word) {
    bool filler = c == ' ' || c == '_' || c == '-' || c == '$';
    if (!filler) plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  for (const Word& known : kWords) {
    if (plain == known.word) return known.op;
  }
  return std::nullopt;
}

const std::vector<std::string>& OperatorNames() {
  static const std::vector<std::string> kNames = {"=",
                                                  "!=",
                                                  "<",
                                                  "<=",
                                                  ">",
                                                  ">=",
                                                  "contains",
                                                  "beginsWith",
                                                  "endsWith",
                                                  "doesNotContain",
                                                  "doesNotBeginWith",
                                                  "doesNotEndWith",
                                                  "null",
                                                  "notNull",
                                                  "in",
                                                  "notIn",
                                                  "between",
                                                  "notBetween",
                                                  "equals",
                                                  "notEquals",
                                                  "greaterThan",
                                                  "lessThan",
                                                  "greaterThanOrEqual",
                                                  "lessThanOrEqual",
                                                  "startsWith",
                                                  "isNull",
                                                  "before",
                                                  "after",
                                                  "atLeast",
                                                  "atMost"};
  return kNames;
}

}  // namespace tidings::rule
