#include "sentence/grammar.h"

namespace tidings::sentence {
namespace {

constexpr Production kQuantities[] = {
    {"number", "CURRENCY? NUMBER SCALE? CURRENCY?", R"(["number", "$2", "$3", "$1", "$4"])"},
    {"number", "CURRENCY? HALF SCALE CURRENCY?", R"(["number", "0.5", "$3", "$1", "$4"])"},
    {"cmp", "CMP", R"("$1")"},
    {"cmp", "OVER", R"("$1")"},
    {"signed", "SIGN number", R"(["bound", "$1", "$2"])"},
    {"bound", "cmp number", R"(["bound", "$1", "$2"])"},
    {"bound", "signed", R"("$1")"},
    {"bound", "number ORMORE", R"(["bound", ">=", "$1"])"},
    {"bound", "number ORLESS", R"(["bound", "<=", "$1"])"},
    {"bound", "BETWEEN number ANDTO number", R"(["range", "$2", "$4"])"},
    {"bound", "FROM number TO number", R"(["range", "$2", "$4"])"},
    {"bound", "number TO number", R"(["range", "$1", "$3"])"},
    {"bounds", "bound", R"("$1")"},
    {"bounds", "bound AND bound", R"(["both", "$1", "$3"])"},
    {"count", "bounds", R"("$1")"},
    {"count", "NUMBER", R"(["bound", "bare", "$1"])"},
    {"count", "NUMBER OR NUMBER", R"(["either", "$1", "$3"])"},
    {"times", "count TIMES", R"("$1")"},
    {"times", "bound TIMES AND bound TIMES?", R"(["both", "$1", "$4"])"},
    {"times", "NUMBER TIMES ORMORE", R"(["bound", ">=", "$1"])"},
    {"times", "NUMBER TIMES ORLESS", R"(["bound", "<=", "$1"])"},
    {"times", "ONCE", R"(["bound", "=", "$1"])"},
    {"times", "cmp ONCE", R"(["bound", "$1", "$2"])"},
    {"times", "ONCE ORMORE", R"(["bound", ">=", "$1"])"},
    {"times", "cmp ONCE AND bound TIMES", R"(["both", ["bound", "$1", "$2"], "$4"])"},

    {"span", "NUMBER UNIT", R"(["span", "$1", "$2"])"},
    {"span", "ONE UNIT", R"(["span", "1", "$2"])"},
    {"span", "HALFYEAR", R"(["span", "6", "month"])"},

    // Times, as seen from the date: "since" is a time on or after it.
    {"recently", "DURING LAST span", R"(["since", ">=", "$3"])"},
    {"recently", "LAST span", R"(["since", ">=", "$2"])"},
    {"recently", "THROUGHOUT LAST UNIT", R"(["since", ">=", ["span", "1", "$3"]])"},
    {"recently", "WITHIN span", R"(["since", ">=", "$2"])"},
    {"recently", "SINCE date", R"(["date", ">=", "$2"])"},
    {"recently", "SINCE LAST? span AGO?", R"(["since", ">=", "$3"])"},
    {"when", "recently", R"("$1")"},
    {"when", "cmp span AGO", R"(["ago", "$1", "$2"])"},
    {"when", "SIGN span AGO", R"(["ago", "$1", "$2"])"},
    {"when", "NUMBER ORMORE UNIT AGO", R"(["ago", ">=", ["span", "$1", "$3"]])"},
    {"when", "span ORMORE AGO", R"(["ago", ">=", "$1"])"},
    {"when", "span AGO ORMORE", R"(["ago", ">=", "$1"])"},
    {"when", "BETWEEN NUMBER ANDTO span AGO", R"(["ago_range", "$2", "$4"])"},
    {"when", "BETWEEN span AGO? ANDTO span AGO", R"(["ago_range", "$2", "$5"])"},
    {"when", "NUMBER TO span AGO", R"(["ago_range", "$1", "$3"])"},
    {"when", "BEFORE date", R"(["date", "<", "$2"])"},
    {"when", "AFTER date", R"(["date", ">", "$2"])"},
    {"when", "ONORBEFORE date", R"(["date", "<=", "$2"])"},
    {"when", "ONORAFTER date ONWARDS?", R"(["date", ">=", "$2"])"},
    {"when", "date ONWARDS", R"(["date", ">=", "$1"])"},
    {"when", "SIGN date", R"(["date", "$1", "$2"])"},
    {"when", "IN date", R"(["period", "$2", "$2"])"},
    {"when", "BETWEEN date ANDTO date", R"(["period", "$2", "$4"])"},
    {"when", "FROM date TO date", R"(["period", "$2", "$4"])"},
    {"when", "IN? BETWEEN MONTH ANDTO MONTH NUMBER",
     R"(["period", ["month", "$6", "$3"], ["month", "$6", "$5"]])"},
    {"when", "FROM MONTH TO MONTH NUMBER",
     R"(["period", ["month", "$5", "$2"], ["month", "$5", "$4"]])"},

    // How long something has not happened.
    {"lapse", "recently", R"("$1")"},
    {"lapse", "FOR span", R"(["for", ">", "$2"])"},
    {"lapse", "FOR cmp span", R"(["for", "$2", "$3"])"},
    {"lapse", "FOR NUMBER ORMORE UNIT", R"(["for", ">=", ["span", "$2", "$4"]])"},
    {"lapse", "FOR span ORMORE", R"(["for", ">=", "$2"])"},
    {"lapse", "AFTER date", R"(["date", ">", "$2"])"},
    {"lapse", "SINCE BEFORE date", R"(["date", ">=", "$3"])"},

    {"date", "DATE", R"(["day", "$1"])"},
    {"date", "NUMBER ORDINAL? MONTH COMMA? NUMBER", R"(["written_day", "$5", "$3", "$1"])"},
    {"date", "MONTH NUMBER ORDINAL? COMMA? NUMBER", R"(["written_day", "$5", "$1", "$2"])"},
    {"date", "MONTH COMMA? NUMBER", R"(["month", "$3", "$1"])"},
    {"date", "NUMBER", R"(["year", "$1"])"},
};

}  // namespace

std::span<const Production> QuantityProductions() { return kQuantities; }

}  // namespace tidings::sentence
