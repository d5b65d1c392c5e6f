#include "crm/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::crm {
namespace {

using testing::HasSubstr;

Person Ana(const Json& attributes) {
  Person ana;
  ana.id = "0190c1d2-0000-7000-8000-000000000001";
  ana.name = "Ana Lima";
  ana.email = "ana@example.com";
  ana.total_spend = {52'000'000};
  ana.visit = 7;
  ana.order_count = 3;
  ana.last_order_date = *ParseTime("2025-03-04T23:00:00Z");
  ana.attributes = &attributes;
  return ana;
}

std::string Rendered(std::string_view text, Part part = Part::kText) {
  static const Json attributes = {
      {"plan", "<pro>\r\nBcc: x"}, {"n", {{"deep", 2}}}, {"no", nullptr}};
  auto parsed = Template::Parse(text, part);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? parsed->Render(Ana(attributes)) : "";
}

TEST(Template, FillsInWhatIsKnown) {
  for (auto [text, expected] : {
           std::pair{"Hi {{name}}!", "Hi Ana Lima!"},
           {"Hi {name}", "Hi Ana Lima"},
           {"{{ first_name }}", "Ana"},
           {"{{firstName}}/{first_name}", "Ana/Ana"},
           {"{{total_spend}} {{totalSpend}}", "5200.00 5200.00"},
           {"{{total_orders}} {{total_visits}} {{visit}}", "3 7 7"},
           {"{{last_order_date}}", "2025-03-04"},
           {"{{city|your town}} {{city}}", "your town "},
           {"{city|your town}", "your town"},
           {"{{name|there}}", "Ana Lima"},
           {"{{attributes.n.deep}} {{attributes.n}}", "2 {\"deep\":2}"},
           {"{{attributes.no|none}} {{attributes.gone|x y}} {{attributes.plan.x}}", "none x y "},
           {"", ""},
           {"no braces", "no braces"},
           {"\\{name} \\{{name}}", "{name} {Ana Lima}"},
           {"p{color: red} { } {} {1} { name }", "p{color: red} { } {} {1} { name }"},
           {"a } b }} c \\ d", "a } b }} c \\ d"},
           {"{", "{"},
       }) {
    EXPECT_EQ(Rendered(text), expected) << text;
  }
}

TEST(Template, ValuesCannotBreakOut) {
  EXPECT_EQ(Rendered("<b>{{attributes.plan}}</b>", Part::kHtml), "<b>&lt;pro&gt;\r\nBcc: x</b>");
  EXPECT_EQ(Rendered("Hi {{attributes.plan}}", Part::kLine), "Hi <pro>  Bcc: x");
  EXPECT_EQ(Rendered("{{attributes.gone|it's}}", Part::kHtml), "it&#39;s");
}

TEST(Template, KnowsWhetherItNeedsAttributes) {
  EXPECT_TRUE(Template::Parse("{{attributes.x}}", Part::kText)->UsesAttributes());
  EXPECT_FALSE(Template::Parse("{{name}}", Part::kText)->UsesAttributes());
  Person nobody;
  EXPECT_EQ(Template::Parse("{{attributes.x|y}}", Part::kText)->Render(nobody), "y");
}

TEST(Template, SaysWhereAndWhatWasMeant) {
  for (auto [text, expected] : {
           std::pair{"Hi {{nmae}}",
                     "message:1:4: unknown placeholder `nmae`; did you mean `name`?"},
           {"Grüß\nGott {totl_spend}",
            "message:2:6: unknown placeholder `totl_spend`; did you mean"},
           {"{{name", "message:1:1: `{{` is not closed"},
           {"{{na\nme}}", "message:1:1: `{{` is not closed"},
           {"{{a {{name}}", "message:1:1: `{{` is not closed"},
           {"x {{}}", "message:1:3: the placeholder is empty"},
           {"{{|there}}", "the placeholder is empty"},
           {"{{attributes.}}", "message:1:1: an attribute has a name"},
           {"{{attributes.a..b}}", "an attribute has a name"},
           {"{{attributes}}", "unknown placeholder `attributes`"},
           {"\xff", "UTF-8"},
       }) {
    auto parsed = Template::Parse(text, Part::kText);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Code::kInvalidArgument);
    EXPECT_THAT(parsed.error().message, HasSubstr(expected)) << text;
  }
}

}  // namespace
}  // namespace tidings::crm
