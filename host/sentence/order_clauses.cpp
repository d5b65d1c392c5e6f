// What is said of several orders together, or of one order in more than one respect.
//
// ["asked", what, bounds, trait, ...] asks for the number, the sum, ... of the orders that have all
// the traits, ["some_order", trait, ...] whether there is one. Traits that are null say nothing.
#include "sentence/grammar.h"

namespace tidings::sentence {
namespace {

constexpr Production kOrders[] = {
    {"during", "when", R"(["placed", "$1"])"},
    {"placed", "during", R"("$1")"},
    {"placed", "WHO? BE? PLACED when", R"(["placed", "$4"])"},

    // What was spent in some time, or on some orders.
    {"deed", "SPENT TOTAL? bounds TOTAL? during",
     R"(["asked", "sum", "$3", "$5", ["scope", "$2"], ["scope", "$4"]])"},
    {"deed", "SPENT TOTAL? during bounds", R"(["asked", "sum", "$4", "$3", ["scope", "$2"]])"},
    {"deed", "SPENT SOMETHING bounds during", R"(["asked", "sum", "$3", "$4"])"},
    {"deed", "SPENT SOMETHING during", R"(["asked", "sum", ["bound", ">", "0"], "$3"])"},
    {"deed", "SPENT NOTHING during", R"(["asked", "sum", ["bound", "=", "0"], "$3"])"},
    {"deed", "SPENT number during", R"(["asked", "sum", ["bound", "bare", "$2"], "$3"])"},
    {"deed", "bounds SPENT during", R"(["asked", "sum", "$1", "$3"])"},
    {"deed", "SPENT TOTAL? bounds TOTAL? IN statuses ORDERS during?",
     R"(["asked", "sum", "$3", "$6", ["all_of", "$7"], "$8"])"},
    {"deed", "SPENT TOTAL? bounds TOTAL? IN ORDERS placed",
     R"(["asked", "sum", "$3", ["all_of", "$6"], "$7"])"},
    {"noun", "TOTAL? SPENDING BE? TOTAL? bounds during",
     R"(["asked", "sum", "$5", "$6", ["scope", "$1"], ["scope", "$2"], ["scope", "$4"]])"},
    {"noun", "TOTAL? SPENDING during BE? bounds",
     R"(["asked", "sum", "$5", "$3", ["scope", "$1"], ["scope", "$2"]])"},
    {"noun", "bounds IN? SPENDING during", R"(["asked", "sum", "$1", "$4", ["scope", "$3"]])"},
    {"thing", "SPENDING during", R"(["asked", "sum", ["bound", ">", "0"], "$2", ["scope", "$1"]])"},
    {"kind", "bounds SPENDERS during", R"(["asked", "sum", "$1", "$3"])"},

    // How often in some time.
    {"deed", "buys SOMETHING? times during", R"(["bought_often", "$3", "$4"])"},
    {"deed", "buys SOMETHING? during times", R"(["bought_often", "$4", "$3"])"},
    {"deed", "ONLY BOUGHT SOMETHING? exact_times during", R"(["asked", "count", "$4", "$5"])"},
    {"deed", "ONLY PLACED NUMBER ORDERS during",
     R"(["asked", "count", ["bound", "=", "$3"], "$5"])"},
    {"deed", "PLACED count ORDERS during", R"(["bought_often", "$2", "$4"])"},
    {"deed", "PLACED ORDERS times during", R"(["bought_often", "$3", "$4"])"},
    {"noun", "count ORDERS placed", R"(["bought_often", "$1", "$3"])"},
    {"noun", "NUMBER ORDERS ORMORE placed", R"(["bought_often", ["bound", ">=", "$1"], "$4"])"},
    {"noun", "NUMBER ORDERS ORLESS placed", R"(["bought_often", ["bound", "<=", "$1"], "$4"])"},
    {"noun", "ORDERCOUNT BE? bounds during", R"(["asked", "count", "$3", "$4"])"},
    {"noun", "ORDERCOUNT during BE? bounds", R"(["asked", "count", "$4", "$2"])"},
    {"noun", "ORDERS signed during", R"(["asked", "count", "$2", "$3"])"},

    // How many of one state.
    {"noun", "count STATUS ORDERS placed?", R"(["asked", "count", "$1", ["status", "$2"], "$4"])"},
    {"deed", "PLACED count STATUS ORDERS during?",
     R"(["asked", "count", "$2", ["status", "$3"], "$5"])"},
    {"noun", "count REFUND during?", R"(["asked", "count", "$1", ["status", "$2"], "$3"])"},
    {"deed", "STATUS count ORDERS during?", R"(["asked", "count", "$2", ["status", "$1"], "$4"])"},
    {"noun", "count ORDERS WORTH? bounds placed",
     R"(["refuse", "unsupported", "orders of some amount are not counted; ask for one: \"an order over 1,000\""])"},
    {"noun", "count STATUS ORDERS WORTH? bounds placed?",
     R"(["refuse", "unsupported", "orders of some amount are not counted; ask for one: \"an order over 1,000\""])"},
    {"deed", "PLACED count ORDERS WORTH? bounds placed",
     R"(["refuse", "unsupported", "orders of some amount are not counted; ask for one: \"an order over 1,000\""])"},

    // Several things of the same order.
    {"noun", "some_order", R"("$1")"},
    {"deed", "PLACED some_order", R"("$2")"},
    {"some_order", "one? statuses ORDERS WORTH? bounds placed?",
     R"(["some_order", "$2", ["worth", "$3", "$4", "$5"], "$6"])"},
    {"some_order", "one? statuses ORDERS placed", R"(["some_order", "$2", "$4"])"},
    {"some_order", "one? statuses ORDERS placed WORTH? bounds",
     R"(["some_order", "$2", "$4", ["worth", "$3", "worth", "$6"]])"},
    {"some_order", "one? ORDERS WORTH? bounds placed",
     R"(["some_order", ["worth", "$2", "$3", "$4"], "$5"])"},
    {"some_order", "one? ORDERS placed WORTH? bounds",
     R"(["some_order", "$3", ["worth", "$2", "worth", "$5"]])"},
    {"some_order", "one? ORDERS WORTH? bounds WHO BE? statuses during?",
     R"(["some_order", ["worth", "$2", "$3", "$4"], "$7", "$8"])"},
    {"some_order", "one? ORDERS WHO? BE? statuses during", R"(["some_order", "$5", "$6"])"},
    {"deed", "STATUS one? ORDERS WORTH? bounds during?",
     R"(["some_order", ["status", "$1"], ["worth", "$3", "$4", "$5"], "$6"])"},
    {"deed", "STATUS one? ORDERS during", R"(["some_order", ["status", "$1"], "$4"])"},
    {"thing", "one? REFUND during", R"(["some_order", ["status", "$2"], "$3"])"},
    {"deed", "BOUGHT items during", R"(["some_order", "$2", "$3"])"},
    {"deed", "SPENT bounds INONEORDER during",
     R"(["some_order", ["worth", "one", null, "$2"], "$4"])"},
    {"deed", "SPENT bounds during INONEORDER",
     R"(["some_order", ["worth", "one", null, "$2"], "$3"])"},

    // The largest, the smallest, the average.
    {"noun", "LARGEST BE? bound", R"(["largest_order", "$3"])"},
    {"noun", "LARGEST BE? bound during", R"(["asked", "max", "$3", "$4"])"},
    {"noun", "LARGEST during BE? bound", R"(["asked", "max", "$4", "$2"])"},
    {"noun", "SMALLEST BE? bound during?", R"(["asked", "min", "$3", "$4"])"},
    {"noun", "SMALLEST during BE? bound", R"(["asked", "min", "$4", "$2"])"},
    {"noun", "AVERAGE BE? bounds during?", R"(["asked", "avg", "$3", "$4"])"},
    {"noun", "AVERAGE during BE? bounds", R"(["asked", "avg", "$4", "$2"])"},
    {"noun", "bounds AVERAGE during?", R"(["asked", "avg", "$1", "$3"])"},
};

}  // namespace

std::span<const Production> OrderProductions() { return kOrders; }

}  // namespace tidings::sentence
