// Walks the syntax tree of a rule as an interpreter does, with values that stand for all customers.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "rule/lua_syntax.h"
#include "rule/symbolic_compare.h"
#include "rule/symbolic_explorer.h"
#include "rule/symbolic_value.h"

namespace tidings::rule::symbolic {

// A file, parsed: the rule, or a module that it requires.
struct Source {
  std::string name;
  std::shared_ptr<const lua_syntax::Function> body;
};

// Where `require` finds modules, by name. Fails where there is none.
using Modules = std::function<Result<const Source*>(const std::string& name)>;

// What is known of the condition under which a value is true, and of the one under which finding it
// out raises an error. Where it raises it is not true.
struct Judgement {
  Formula holds;
  Formula fails;
  bool operator==(const Judgement&) const = default;
};

class Interpreter {
 public:
  // `modules` has to stay. `descending` visits the members of tables in the opposite order, to see
  // whether it matters.
  Interpreter(Time now, const Modules& modules, bool descending);

  // Runs a file from top to bottom; what it returns.
  Value Load(const Source& source);
  // From here on tables made so far cannot be changed.
  void Freeze();
  // Calls `function` for a customer and says when it answers with anything but nil or false.
  Judgement Match(const Value& function);

  // The same for a function that is asked about one order or item: what is known of others does not
  // count. Nothing where the answer changes what others see.
  std::optional<Judgement> Ask(const Value& function, const Values& arguments);

  Values Call(const Value& function, Values arguments, int line);
  Value Require(const std::string& name);
  Value Index(const Value& object, const Value& key, int line);
  // A new table; the members in the order that tables are visited in.
  TableObject* NewTable();
  void SetMember(TableObject& table, const Value& key, Value value, int line);
  std::vector<std::pair<Value, Value>> MembersOf(const TableObject& table);

  Explorer& explorer() { return explorer_; }
  Site At(int line);
  // Of the call that a library function was reached by.
  int line() const { return line_; }
  Site Here() { return At(line_); }
  Time now() {
    read_now_ = true;
    return now_;
  }
  // Whether nothing of what was evaluated depends on the present.
  bool timeless() const { return !read_now_ && !asked_now_; }
  const std::set<std::pair<int, std::string>>& unsaid() const { return unsaid_; }
  // The lines of the rule's own file that were evaluated for a customer.
  const std::set<int>& lines() const { return lines_; }
  // In the order of the lines. `complete`: whether every way was followed to its end, so that a
  // branch which none took cannot be taken.
  std::vector<Remark> Remarks(bool complete) const;
  // The rule asked for the present: another day other branches may be taken.
  void NoteNow() { asked_now_ = true; }
  bool visited_unordered() const { return visited_unordered_; }

 private:
  using Expression = lua_syntax::Expression;
  struct Frame {
    const Closure* closure;
    std::vector<Cell*> locals;
    Values varargs;
    bool truth_only;  // whoever called asks only whether the result is true
  };
  class Entered {  // while a function runs: where that is
   public:
    Entered(Interpreter& in, const Closure& closure);
    ~Entered();

   private:
    Interpreter& in_;
    const int depth_;
    const std::string* const file_;
    const int called_at_;
  };
  struct Flow {  // how a block ended
    enum class Kind { kOn, kBreak, kReturn } kind = Kind::kOn;
    Values values;
  };

  // symbolic_statements.cpp
  Values Run(const Closure& closure, Values arguments, bool truth_only);
  Flow Execute(const lua_syntax::Block& block, Frame& frame);
  Flow Execute(const lua_syntax::Statement& statement, Frame& frame);
  Flow Execute(const lua_syntax::Declare& part, Frame& frame);
  Flow Execute(const lua_syntax::DeclareFunction& part, Frame& frame);
  Flow Execute(const lua_syntax::Assign& part, Frame& frame);
  Flow Execute(const lua_syntax::Evaluate& part, Frame& frame);
  Flow Execute(const lua_syntax::Do& part, Frame& frame);
  Flow Execute(const lua_syntax::While& part, Frame& frame);
  Flow VisitMembers(const lua_syntax::GenericFor& part, const TableObject& table, bool list,
                    Frame& frame);
  Flow VisitByCalling(const lua_syntax::GenericFor& part, Values iterator, Frame& frame);
  Flow Execute(const lua_syntax::Repeat& part, Frame& frame);
  Flow Execute(const lua_syntax::If& part, Frame& frame);
  void NoteBranch(const lua_syntax::If::Branch& branch, bool taken, const Frame& frame);
  Flow Execute(const lua_syntax::NumericFor& part, Frame& frame);
  Flow Execute(const lua_syntax::GenericFor& part, Frame& frame);
  Flow Execute(const lua_syntax::Return& part, Frame& frame);
  Flow Execute(const lua_syntax::Break& part, Frame& frame);
  Flow Execute(const lua_syntax::Jump& part, Frame& frame);
  void Store(const Expression& target, Value value, Frame& frame);
  void NewLocal(Frame& frame, int index, Value value);

  // symbolic_expressions.cpp
  Value Evaluate(const Expression& expression, Frame& frame);
  Values EvaluateAll(const std::vector<lua_syntax::ExpressionPtr>& list, Frame& frame);
  Values EvaluateMany(const Expression& expression, Frame& frame);
  Value EvaluateLogic(const Expression& expression, Frame& frame);
  Value EvaluateBinary(const lua_syntax::Binary& binary, Frame& frame, int line);
  Value EvaluateUnary(const Expression& expression, Frame& frame);
  Value EvaluateName(const Expression& expression, Frame& frame);
  Value EvaluateTable(const lua_syntax::Table& table, Frame& frame);
  Value MakeClosure(const lua_syntax::Function& function, Frame& frame);
  Value AsText(Value object, const std::string& method, int line);
  Values CallMethod(const lua_syntax::MethodCall& call, Frame& frame, int line);
  Value Arithmetic(lua_syntax::Operator op, const Value& left, const Value& right, int line);
  Value Length(const Value& value, int line);
  Value Concatenate(const Value& left, const Value& right, int line);
  Value GlobalNamed(const std::string& name, int line);
  Value IndexTable(const TableObject& table, const Value& key, int line);
  Value Find(const TableObject& table, const Value& key, int line);
  Value CustomerField(const std::string& name, int line);
  Value OrderField(const Value& object, const std::string& name, int line);

  // symbolic_judge.cpp: conditions, without a fork where none is needed.
  bool Test(const Expression& condition, Frame& frame);
  Formula Judge(const Expression& expression, Frame& frame);
  std::optional<Judgement> TryJudge(const Expression& expression, Frame& frame);
  std::optional<Judgement> TryJudgeNot(const lua_syntax::Unary& negation, Frame& frame);
  std::optional<Judgement> TryJudgeBoth(const lua_syntax::Binary& binary, Frame& frame);
  std::optional<Judgement> JudgeByRunning(const std::function<Value()>& step);
  Value EvaluateForTruth(const Expression& expression, Frame& frame);
  Value Merge(const std::function<Value()>& step);
  Value MergeWays(Explorer::Exploration& exploration);
  void NoteUnsaid(const std::vector<Explorer::Way>& ways);

  Time now_;
  const Modules& modules_;
  const bool descending_;
  Explorer explorer_;
  std::set<std::pair<int, std::string>> unsaid_;
  std::deque<Cell> cells_;
  std::deque<TableObject> tables_;
  std::deque<Closure> closures_;
  std::map<std::string, Value> globals_;
  std::map<std::string, Value> loaded_;
  std::set<int> lines_;
  std::vector<Remark> remarks_;
  std::map<int, bool> branches_;  // of `if` in the rule's own file, by line: whether ever taken
  bool asked_now_ = false, read_now_ = false;
  const std::string* main_ = nullptr;  // the name of the first file loaded
  const std::string* file_ = nullptr;  // of the function that runs
  int called_at_ = 0;                  // the line of the first file that called into another one
  bool frozen_ = false;
  bool visited_unordered_ = false;
  int line_ = 0;
  int depth_ = 0;
};

}  // namespace tidings::rule::symbolic
