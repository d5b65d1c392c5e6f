#include "sentence/rule_operators.h"

#include <span>
#include <string_view>

namespace tidings::sentence {
namespace {

struct Pair {
  std::string_view op, other;
};

std::string Look(std::span<const Pair> pairs, const std::string& op) {
  for (const Pair& pair : pairs) {
    if (op == pair.op) return std::string(pair.other);
  }
  return "";
}

constexpr Pair kOpposites[] = {{"<", ">="},
                               {"<=", ">"},
                               {">", "<="},
                               {">=", "<"},
                               {"=", "!="},
                               {"!=", "="},
                               {"in", "notIn"},
                               {"between", "notBetween"},
                               {"contains", "doesNotContain"},
                               {"notNull", "null"}};
constexpr Pair kEarlier[] = {{"<", ">"}, {"<=", ">="}, {">", "<"}, {">=", "<="}};

}  // namespace

std::string OppositeOf(const std::string& op) { return Look(kOpposites, op); }
std::string EarlierOf(const std::string& op) { return Look(kEarlier, op); }
bool IsLower(const std::string& op) { return op == ">" || op == ">="; }

}  // namespace tidings::sentence
