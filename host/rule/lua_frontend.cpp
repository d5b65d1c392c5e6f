#include "rule/lua_frontend.h"

#include <algorithm>

#include "base/file.h"
#include "rule/logic.h"
#include "rule/lua_parser.h"

namespace tidings::rule {
namespace {

using symbolic::Judgement;

const Time kNominal = *ParseTime("2026-02-03T04:05:06.789123Z");

LuaPlan AskAlways(int line, std::string why) {
  return {False(), True(), False(), {{line, std::move(why)}}, {}};
}

// Where a condition is neither sure nor impossible.
Node OpenPart(const Formula& formula) {
  return formula.IsExact() ? False() : And({formula.perhaps, Not(formula.surely)});
}

// Whether two groups of a kind hold the same nodes, in whatever order.
bool IsSameSet(const Node& left, const Node& right) {
  auto* a = left.As<Group>();
  auto* b = right.As<Group>();
  return a && b && a->any == b->any && a->nodes.size() == b->nodes.size() &&
         std::is_permutation(a->nodes.begin(), a->nodes.end(), b->nodes.begin());
}

LuaPlan PlanOf(const Judgement& judgement) {
  Node holds = OpenPart(judgement.holds), fails = OpenPart(judgement.fails);
  Node open = IsSameSet(holds, fails) ? std::move(holds) : Or({holds, fails});
  return {Simplified(judgement.holds.surely), std::move(open), judgement.fails.surely, {}, {}};
}

// Once for each line and reason, in the order of the lines; what only follows from another reason
// of the same line is left out.
std::vector<LuaNote> NotesOf(const std::set<std::pair<int, std::string>>& unsaid) {
  auto follows = [](const auto& note) {
    return note.second.find(symbolic::kFollows) != std::string::npos;
  };
  std::set<int> explained;
  for (const auto& note : unsaid) {
    if (!follows(note)) explained.insert(note.first);
  }
  std::vector<LuaNote> notes;
  for (const auto& note : unsaid) {
    if (!follows(note) || !explained.contains(note.first)) {
      notes.push_back({note.first, note.second});
    }
  }
  return notes;
}

bool IsTooLarge(const LuaPlan& plan) {
  return SizeOf(plan.chosen) + SizeOf(plan.asked) + SizeOf(plan.failed) > 2 * kMaxComparisons;
}

}  // namespace

Result<std::shared_ptr<const LuaProgram>> LuaProgram::Parse(const std::string& file,
                                                            std::string_view text,
                                                            const std::filesystem::path& lib) {
  auto program = std::make_shared<LuaProgram>();
  TRY_ASSIGN(auto body, ParseLua(file, text));
  program->main_ = {file, std::move(body)};
  program->text_ = text;
  // The first run finds the modules that the file requires.
  symbolic::Modules read = [&](const std::string& name) -> Result<const symbolic::Source*> {
    TRY_ASSIGN(std::string module, ReadFile(lib / (name + ".lua")));
    TRY(program->Read(name, module));
    return &program->modules_.at(name);
  };
  program->nominal_ = program->Plan(kNominal, read);
  return program;
}

Status LuaProgram::Read(const std::string& name, std::string_view text) {
  std::string file = "lib/" + name + ".lua";
  TRY_ASSIGN(auto body, ParseLua(file, text));
  modules_[name] = {std::move(file), std::move(body)};
  text_ += text;
  return {};
}

bool LuaProgram::Names(std::string_view field) const {
  constexpr std::string_view kBefore = ".\"'[";
  for (size_t at = text_.find(field); at != std::string::npos; at = text_.find(field, at + 1)) {
    if (at > 0 && kBefore.find(text_[at - 1]) != kBefore.npos) return true;
  }
  return false;
}

LuaPlan LuaProgram::PlanFor(Time now) const {
  if (nominal_.timeless) return nominal_;
  return Plan(now, [this](const std::string& name) -> Result<const symbolic::Source*> {
    auto found = modules_.find(name);
    if (found != modules_.end()) return &found->second;
    return Fail(Code::kNotFound, "`require` of a module that could not be read");
  });
}

LuaProgram::Evaluation LuaProgram::Evaluate(Time now, const symbolic::Modules& modules,
                                            bool descending) const {
  symbolic::Interpreter interpreter(now, modules, descending);
  auto table = interpreter.Load(main_);
  interpreter.Freeze();
  auto judgement = interpreter.Match(interpreter.Index(table, {std::string("match")}, 0));
  LuaPlan plan = PlanOf(judgement);
  plan.notes = NotesOf(interpreter.unsaid());
  plan.lines = interpreter.lines();
  plan.remarks = interpreter.Remarks(IsFalse(plan.asked));
  plan.timeless = interpreter.timeless();
  return {judgement, std::move(plan), interpreter.visited_unordered()};
}

LuaPlan LuaProgram::Plan(Time now, const symbolic::Modules& modules) const try {
  Evaluation forward = Evaluate(now, modules, false);
  bool same = !forward.unordered || Evaluate(now, modules, true).judgement == forward.judgement;
  if (!same) {
    LuaPlan plan = AskAlways(0, "the order in which `pairs` visits a table matters");
    plan.remarks = {{0, "its answer depends on the order in which `pairs` visits a table", {}}};
    return plan;
  }
  if (IsTooLarge(forward.plan)) return AskAlways(0, "its condition grows too large");
  return std::move(forward.plan);
} catch (const symbolic::TooComplex& complex) {
  return AskAlways(0, complex.why);
} catch (const symbolic::Unsayable& unsayable) {
  return AskAlways(unsayable.line, unsayable.why);
} catch (const symbolic::Raised& raised) {
  return AskAlways(raised.line, raised.what);
}

}  // namespace tidings::rule
