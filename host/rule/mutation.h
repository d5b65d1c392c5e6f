// Translations broken on purpose, so that a test can show that it would notice.
//
// Each place of the translation that the test of Lua against SQL has to watch asks IsBroken().
// Outside that test nothing is ever broken; asking costs one comparison while a rule is translated,
// none while it runs.
#pragma once

namespace tidings::rule {

enum class Mutation {
  kNone,
  // Of the reading (symbolic_*.cpp, logic.cpp)
  kFlippedOperandsKept,  // `5 < x` read as `x < 5`
  kNilBranchDropped,     // what may be nil never is
  kNilsNeverEqual,       // two that are nil are not the same
  kErrorOfOrDropped,     // an error on the right side of `or`
  kErrorOfKindDropped,   // an attribute of another kind compared with `<`
  kDivisionNotFloored,   // `//` as `/`
  kBoundOffByOne,        // the number or microsecond next to the right one
  kWrapAroundIgnored,    // integers beyond 2^40
  kShortTextIgnored,     // `sub(1, 9) == "x"` true of all that begin with it
  kPatternTakenAsText,   // `.` and `%` in a pattern stand for themselves
  kNoneHasAnAverage,     // of no orders
  kSetLosesAMember,      // t[c.city]
  kAllOrdersAreAny,      // c.orders:all{...}
  kTextIsNoNumber,       // tonumber of an attribute that is text
  // Of the writing (sql*.cpp, moment.cpp)
  kLessForLessEqual,
  kNotTrueDropped,  // `not (x)` where x may be NULL
  kGroupsWithoutParentheses,
  kDotForClass,         // `[^@]` as `.`
  kCharactersForBytes,  // in patterns
  kPrefixByLike,        // with `%` and `_` unescaped
  kSuffixAnywhere,
  kAllTagsForAny,
  kEmptyIsNil,
  kJsonNullIsSomething,
  kOrdersUnfiltered,
  kColumnUnfiltered,    // of a table of orders
  kNoOrdersAreNothing,  // a count of none is NULL
  kDivisorZeroUncaught,
  kCharactersCounted,  // #text
  kDayBeginsAfterIt,   // after a day: after its first moment
  kLast = kDayBeginsAfterIt,
};

// Of this thread.
inline thread_local Mutation broken = Mutation::kNone;

inline bool IsBroken(Mutation mutation) { return broken == mutation; }

// Breaks one thing while it lives.
class Breaking {
 public:
  explicit Breaking(Mutation mutation) { broken = mutation; }
  ~Breaking() { broken = Mutation::kNone; }
  Breaking(const Breaking&) = delete;
  Breaking& operator=(const Breaking&) = delete;
};

}  // namespace tidings::rule
