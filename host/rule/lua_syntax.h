// The syntax tree of a Lua file: what lua_parser.h reads and the interpreter walks.
//
// Names are resolved: a local is a number in its function, a variable of an outer function is a
// number in the list of those that the function captures, as in Lua itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace tidings::rule::lua_syntax {

struct Place {
  int line = 1;
  int column = 1;  // in bytes, from 1
};

struct Expression;
struct Statement;
struct Function;
using ExpressionPtr = std::unique_ptr<Expression>;
using Block = std::vector<Statement>;

enum class Operator {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower,
  kConcat,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
  kBitwise,  // any of & | ~ << >>, binary or not: never evaluated symbolically
  kNegate,
  kNot,
  kLength,
};

struct Nil {};
struct Varargs {};  // ...
struct Local {
  int index;
};
struct Upvalue {
  int index;
};
struct Global {
  std::string name;
};
struct Index {
  ExpressionPtr object, key;
};
struct Call {
  ExpressionPtr function;
  std::vector<ExpressionPtr> arguments;
};
struct MethodCall {
  ExpressionPtr object;
  std::string name;
  std::vector<ExpressionPtr> arguments;
};
struct Unary {
  Operator op;
  ExpressionPtr operand;
};
struct Binary {
  Operator op;
  ExpressionPtr left, right;
};
struct Parenthesis {
  ExpressionPtr inside;
};  // cuts several values to one
struct Lambda {
  std::shared_ptr<const Function> function;
};
struct Table {
  struct Member {
    ExpressionPtr key, value;
  };  // no key: the next number
  std::vector<Member> members;
};

struct Expression {
  Place place;
  std::variant<Nil, bool, int64_t, double, std::string, Varargs, Local, Upvalue, Global, Index,
               Call, MethodCall, Unary, Binary, Parenthesis, Lambda, Table>
      part;
};

struct Declare {  // local a, b <const> = ...
  std::vector<int> locals;
  std::vector<ExpressionPtr> values;
};
struct DeclareFunction {
  int local;
  ExpressionPtr function;
};  // local function f
struct Assign {
  std::vector<ExpressionPtr> targets, values;
};
struct Evaluate {
  ExpressionPtr call;
};
struct Do {
  Block body;
};
struct While {
  ExpressionPtr condition;
  Block body;
};
struct Repeat {
  Block body;
  ExpressionPtr condition;
};
struct If {
  struct Branch {
    ExpressionPtr condition;
    Block body;
  };  // no condition: else
  std::vector<Branch> branches;
};
struct NumericFor {
  int local;
  ExpressionPtr first, last, step;
  Block body;
};
struct GenericFor {
  std::vector<int> locals;
  std::vector<ExpressionPtr> values;
  Block body;
};
struct Return {
  std::vector<ExpressionPtr> values;
};
struct Break {};
struct Jump {};  // goto or a label: read, never walked

struct Statement {
  Place place;
  std::variant<Declare, DeclareFunction, Assign, Evaluate, Do, While, Repeat, If, NumericFor,
               GenericFor, Return, Break, Jump>
      part;
};

struct Function {
  struct Capture {
    bool from_local;  // of the function around it; else one of its captures
    int index;
  };
  Place place;
  int parameters = 0;  // the locals from 0 up
  bool varargs = false;
  int locals = 0;  // how many there are
  std::vector<Capture> captures;
  Block body;
};

}  // namespace tidings::rule::lua_syntax
