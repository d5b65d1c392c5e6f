#include "rule/lua_parser.h"

#include "rule/lua_grammar.h"

namespace tidings::rule {

using namespace lua_syntax;  // NOLINT: every name of it is used here

std::shared_ptr<const Function> LuaParser::Parse() {
  Advance();
  auto function = std::make_shared<Function>();
  function->varargs = true;
  scopes_.Enter(*function);
  function->body = ReadBlock();
  scopes_.Leave();
  if (token_.kind != TokenKind::kEnd) Wrong("expected the end of the file");
  return function;
}

bool LuaParser::AtBlockEnd() const {
  return token_.kind == TokenKind::kEnd || Is("end") || Is("else") || Is("elseif") || Is("until");
}

Block LuaParser::ReadBlock() {
  scopes_.Open();
  Block block = ReadStatements();
  scopes_.Close();
  return block;
}

Block LuaParser::ReadStatements() {
  Nest nest(*this);
  Block block;
  while (!AtBlockEnd()) {
    if (Accept(";")) continue;
    Place place = token_.place;
    bool last = Is("return");
    block.push_back({place, last ? ReadReturn().part : ReadStatement().part});
    if (last) break;
  }
  return block;
}

Statement LuaParser::ReadStatement() {
  Place place = token_.place;
  if (Accept("if")) return ReadIf(place);
  if (Accept("while")) return ReadWhile(place);
  if (Accept("do")) return ReadDo(place);
  if (Accept("for")) return ReadFor(place);
  if (Accept("repeat")) return ReadRepeat(place);
  if (Accept("function")) return ReadNamedFunction(place);
  if (Accept("local")) return Accept("function") ? ReadLocalFunction(place) : ReadLocal(place);
  if (Accept("::")) return Name(), Expect("::"), Statement{place, Jump{}};
  if (Accept("goto")) return Name(), Statement{place, Jump{}};
  if (Accept("break")) return {place, Break{}};
  return ReadExpressionStatement(place);
}

Statement LuaParser::ReadReturn() {
  Advance();
  Return result;
  if (!AtBlockEnd() && !Is(";")) result.values = ReadList();
  Accept(";");
  if (!AtBlockEnd()) Wrong("`return` has to be the last statement of its block");
  return {{}, std::move(result)};
}

Statement LuaParser::ReadIf(Place place) {
  If result;
  do {
    auto condition = ReadExpression();
    Expect("then");
    result.branches.push_back({std::move(condition), ReadBlock()});
  } while (Accept("elseif"));
  if (Accept("else")) result.branches.push_back({nullptr, ReadBlock()});
  Close("end", "if", place);
  return {place, std::move(result)};
}

Statement LuaParser::ReadWhile(Place place) {
  auto condition = ReadExpression();
  Expect("do");
  Block body = ReadBlock();
  Close("end", "while", place);
  return {place, While{std::move(condition), std::move(body)}};
}

Statement LuaParser::ReadDo(Place place) {
  Block body = ReadBlock();
  Close("end", "do", place);
  return {place, Do{std::move(body)}};
}

Statement LuaParser::ReadFor(Place place) {
  std::string name = Name();
  return Is("=") ? ReadNumericFor(place, name) : ReadGenericFor(place, std::move(name));
}

Statement LuaParser::ReadNumericFor(Place place, const std::string& name) {
  Advance();
  NumericFor loop;
  loop.first = ReadExpression();
  Expect(",");
  loop.last = ReadExpression();
  if (Accept(",")) loop.step = ReadExpression();
  Expect("do");
  scopes_.Open();
  loop.local = scopes_.Declare(name);
  loop.body = ReadBlock();
  scopes_.Close();
  Close("end", "for", place);
  return {place, std::move(loop)};
}

Statement LuaParser::ReadGenericFor(Place place, std::string name) {
  std::vector<std::string> names = {std::move(name)};
  while (Accept(",")) names.push_back(Name());
  Expect("in");
  GenericFor loop;
  loop.values = ReadList();
  Expect("do");
  scopes_.Open();
  for (const auto& each : names) loop.locals.push_back(scopes_.Declare(each));
  loop.body = ReadBlock();
  scopes_.Close();
  Close("end", "for", place);
  return {place, std::move(loop)};
}

// The condition sees the locals of the body.
Statement LuaParser::ReadRepeat(Place place) {
  scopes_.Open();
  Repeat loop;
  loop.body = ReadStatements();
  Close("until", "repeat", place);
  loop.condition = ReadExpression();
  scopes_.Close();
  return {place, std::move(loop)};
}

// function a.b:c() ... end
Statement LuaParser::ReadNamedFunction(Place place) {
  auto target = ReadName();
  bool method = false;
  while (!method && (Is(".") || Is(":"))) {
    method = Is(":");
    Advance();
    Place at = token_.place;
    auto key = Make(at, Name());
    target = Make(at, Index{std::move(target), std::move(key)});
  }
  Assign assign;
  assign.targets.push_back(std::move(target));
  assign.values.push_back(ReadFunction(place, method));
  return {place, std::move(assign)};
}

Statement LuaParser::ReadLocalFunction(Place place) {
  int local = scopes_.Declare(Name());
  return {place, DeclareFunction{local, ReadFunction(place, false)}};
}

Statement LuaParser::ReadLocal(Place place) {
  std::vector<std::string> names;
  bool closes = false;
  do {
    names.push_back(Name());
    if (Accept("<")) closes = ReadAttribute() || closes;
  } while (Accept(","));
  Declare declare;
  if (Accept("=")) declare.values = ReadList();
  for (const auto& name : names) declare.locals.push_back(scopes_.Declare(name));
  if (closes) return {place, Jump{}};
  return {place, std::move(declare)};
}

// "const>" or "close>"; true for the latter.
bool LuaParser::ReadAttribute() {
  std::string attribute = Name();
  if (attribute != "const" && attribute != "close") Wrong("expected `const` or `close` before");
  Expect(">");
  return attribute == "close";
}

Statement LuaParser::ReadExpressionStatement(Place place) {
  auto first = ReadSuffixed();
  if (!Is("=") && !Is(",")) {
    bool call = std::holds_alternative<Call>(first->part) ||
                std::holds_alternative<MethodCall>(first->part);
    if (!call) Wrong("expected `=`; a value alone does nothing");
    return {place, Evaluate{std::move(first)}};
  }
  Assign assign;
  assign.targets.push_back(std::move(first));
  while (Accept(",")) assign.targets.push_back(ReadSuffixed());
  for (const auto& target : assign.targets) CheckTarget(*target);
  Expect("=");
  assign.values = ReadList();
  return {place, std::move(assign)};
}

void LuaParser::CheckTarget(const Expression& target) {
  bool fits =
      std::holds_alternative<Local>(target.part) || std::holds_alternative<Upvalue>(target.part) ||
      std::holds_alternative<Global>(target.part) || std::holds_alternative<Index>(target.part);
  if (!fits) Wrong("only a variable or a member of a table can be assigned to");
}

Result<std::shared_ptr<const Function>> ParseLua(std::string_view file,
                                                 std::string_view source) try {
  return LuaParser(file, source).Parse();
} catch (const SyntaxError& error) {
  return Fail(error.error);
}

}  // namespace tidings::rule
