#include "crm/customer_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::crm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Id Number(uint8_t n) {
  Id id;
  id.bytes[15] = n;
  return id;
}

CustomerRecord Row(std::optional<std::string> external_id, std::optional<std::string> email,
                   std::optional<std::string> name = {}, std::optional<std::string> phone = {}) {
  CustomerRecord row;
  row.external_id = external_id;
  row.email = email;
  row.name = name;
  row.phone = phone;
  return row;
}

// The changes of a plan, e.g. "e:x@y.de>1" for a claim by customer 1 and "<" for a removal.
std::vector<std::string> Text(const std::vector<KeyChange>& changes, char arrow) {
  std::vector<std::string> text;
  for (const auto& change : changes) {
    text.push_back(fmt::format("{}:{}{}{}", "?xep"[static_cast<int>(change.key.kind)],
                               change.key.value, arrow, change.id.bytes[15]));
  }
  return text;
}

class PlanTest : public testing::Test {
 protected:
  PlanTest() : ids_(clock_, Random(1)) {}

  // What each row came to: "created 0", with the place of the row that made the customer, or
  // "updated 7" for the existing customer 7.
  std::vector<std::string> Run(std::vector<CustomerRecord> rows) {
    rows_ = std::move(rows);
    plan_.emplace(rows_, ids_);
    for (int key : plan_->FirstKeys()) Tell(key);
    for (const Id& id : plan_->Ids()) TellCustomer(id);
    for (int key : plan_->SecondKeys()) Tell(key);
    plan_->Run();
    std::vector<Id> all;
    for (const auto& customer : plan_->customers()) all.push_back(customer.id);
    return Describe(plan_->Outcomes(all));
  }

  void Tell(int index) {
    const Key& key = plan_->key(index);
    for (const auto& [id, customer] : known_) {
      bool phone = customer.external_id->empty() && customer.email->empty();
      if ((key.kind == KeyKind::kExternalId && customer.external_id == key.value) ||
          (key.kind == KeyKind::kEmail && customer.email == key.value) ||
          (key.kind == KeyKind::kPhone && phone && customer.phone == key.value)) {
        TellCustomer(id);
        plan_->KnowKey(index, id);
      }
    }
  }

  void TellCustomer(const Id& id) {
    auto customer = known_.find(id);
    if (customer == known_.end()) return;
    const auto& row = customer->second;
    plan_->KnowCustomer(id, {*row.external_id, *row.email, *row.phone});
  }

  std::vector<std::string> Describe(const std::vector<RowOutcome>& outcomes) {
    std::vector<std::string> text;
    std::map<Id, size_t> made;
    for (size_t i = 0; i < outcomes.size(); ++i) {
      const auto& outcome = outcomes[i];
      size_t who = known_.contains(outcome.id) ? outcome.id.bytes[15]
                                               : made.try_emplace(outcome.id, i).first->second;
      text.push_back(outcome.errors.empty() ? fmt::format("{} {}", ChangeName(outcome.change), who)
                                            : "refused " + outcome.errors[0].pointer);
    }
    return text;
  }

  void Know(uint8_t n, const char* external_id, const char* email, const char* phone = "") {
    known_[Number(n)] = Row(external_id, email, {}, phone);
  }

  FixedClock clock_{Time()};
  IdSource ids_;
  std::map<Id, CustomerRecord> known_;
  std::vector<CustomerRecord> rows_;
  std::optional<CustomerPlan> plan_;
};

TEST_F(PlanTest, NewCustomersAndRowsThatMerge) {
  EXPECT_THAT(Run({Row("A", "a@x.de", "Ann"), Row("B", {}), Row("A", {}, "Anna"),
                   Row({}, "a@x.de", "Anna")}),
              ElementsAre("created 0", "created 1", "updated 0", "unchanged 0"));
  EXPECT_EQ(plan_->NewCustomers()[0]->record().name, "Anna");
  EXPECT_EQ(plan_->Claims().size(), 3u);
  EXPECT_THAT(plan_->Removals(), IsEmpty());
}

TEST_F(PlanTest, AKnownCustomerGetsAnotherEmail) {
  Know(7, "A", "old@x.de");
  EXPECT_THAT(Run({Row("A", "new@x.de")}), ElementsAre("updated 7"));
  EXPECT_THAT(Text(plan_->Claims(), '>'), ElementsAre("e:new@x.de>7"));
  EXPECT_THAT(Text(plan_->Removals(), '<'), ElementsAre("e:old@x.de<7"));
}

TEST_F(PlanTest, ACustomerKnownByEmailGetsAnExternalId) {
  Know(7, "", "a@x.de");
  EXPECT_THAT(Run({Row("A", "a@x.de")}), ElementsAre("updated 7"));
  EXPECT_THAT(Text(plan_->Claims(), '>'), ElementsAre("x:A>7"));
  EXPECT_TRUE(plan_->ChangedCustomers()[0]->Moves());
}

TEST_F(PlanTest, AKeyOfAnotherIsRefusedAndTheRestIsKept) {
  Know(7, "A", "a@x.de");
  Know(8, "B", "b@x.de");
  EXPECT_THAT(Run({Row("A", "b@x.de"), Row("C", "a@x.de"), Row("B", {}, "Bob")}),
              ElementsAre("refused /email", "refused /email", "updated 8"));
  EXPECT_THAT(plan_->Claims(), IsEmpty());
}

TEST_F(PlanTest, WithinABatchTheFirstHolderOfAKeyKeepsIt) {
  EXPECT_THAT(Run({Row("A", "a@x.de"), Row("B", "a@x.de"), Row("B", "b@x.de")}),
              ElementsAre("created 0", "refused /email", "created 2"));
}

TEST_F(PlanTest, AKeyThatIsGivenUpIsFreeForTheNextRow) {
  Know(7, "A", "a@x.de");
  EXPECT_THAT(Run({Row("A", "new@x.de"), Row("B", "a@x.de")}),
              ElementsAre("updated 7", "created 1"));
  EXPECT_THAT(Text(plan_->Removals(), '<'), ElementsAre("e:a@x.de<7"));
  EXPECT_EQ(plan_->Claims().size(), 3u);
}

TEST_F(PlanTest, ThereAndBackChangesNoKey) {
  Know(7, "A", "a@x.de");
  EXPECT_THAT(Run({Row("A", "b@x.de"), Row("A", "a@x.de")}), ElementsAre("updated 7", "updated 7"));
  EXPECT_THAT(plan_->Claims(), IsEmpty());
  EXPECT_THAT(plan_->Removals(), IsEmpty());
}

TEST_F(PlanTest, APhoneIsAKeyOnlyAlone) {
  EXPECT_THAT(Run({Row({}, {}, "P", "123"), Row({}, "a@x.de", "Q", "123"), Row({}, {}, "P", "123"),
                   Row({}, {}, "R", "123")}),
              ElementsAre("created 0", "created 1", "unchanged 0", "updated 0"));
}

TEST_F(PlanTest, AnotherPhoneMovesThePhonesKey) {
  Know(7, "", "", "123");
  Know(8, "", "b@x.de", "123");
  auto move = Row({}, {}, {}, "456"), same = Row({}, {}, {}, "123");
  move.id = Number(7);
  same.id = Number(8);
  EXPECT_THAT(Run({same, move}), ElementsAre("updated 8", "updated 7"));
  EXPECT_THAT(Text(plan_->Removals(), '<'), ElementsAre("p:123<7"));
  EXPECT_THAT(Text(plan_->Claims(), '>'), ElementsAre("p:456>7"));
}

TEST_F(PlanTest, TwoThatGiveUpOnePhoneBothLoseItsKey) {
  Know(7, "A", "", "123");
  Know(8, "", "", "123");
  auto first = Row({}, {}, {}, "1"), second = Row({}, {}, {}, "2");
  first.id = Number(7);
  second.id = Number(8);
  Run({first, second});
  EXPECT_THAT(Text(plan_->Removals(), '<'), testing::UnorderedElementsAre("p:123<7", "p:123<8"));
}

TEST_F(PlanTest, AsksForAnEmailOnlyWhereTheExternalIdLeavesItOpen) {
  Know(7, "A", "a@x.de");
  Know(8, "B", "b@x.de");
  rows_ = {Row("A", "a@x.de"), Row("B", "new@x.de"), Row("C", "c@x.de"), Row({}, "d@x.de")};
  plan_.emplace(rows_, ids_);
  EXPECT_EQ(plan_->FirstKeys().size(), 4u);
  for (int key : plan_->FirstKeys()) Tell(key);
  std::vector<std::string_view> second;
  for (int key : plan_->SecondKeys()) second.push_back(plan_->key(key).value);
  EXPECT_THAT(second, ElementsAre("c@x.de", "new@x.de"));
}

TEST_F(PlanTest, AnIdNamesTheCustomer) {
  Know(7, "A", "a@x.de");
  auto row = Row("Z", {}), other = Row("A", {});
  row.id = Number(7);
  other.id = Number(9);
  EXPECT_THAT(Run({row, other}), ElementsAre("updated 7", "created 1"));
  EXPECT_THAT(Run({other, row}), ElementsAre("refused /external_id", "updated 7"));
}

TEST_F(PlanTest, AttributesOfOneBatchMergeByMember) {
  auto first = Row("A", {}), second = Row("A", {});
  first.attributes = R"({"a":1,"b":2})";
  second.attributes = R"({"b":3,"c":null})";
  Run({first, second});
  EXPECT_EQ(plan_->NewCustomers()[0]->record().attributes, R"({"a":1,"b":3,"c":null})");
}

TEST_F(PlanTest, RefusalsSayWhoHasTheKey) {
  Know(7, "A", "a@x.de");
  Run({Row("B", "a@x.de")});
  auto outcome = plan_->Outcomes({})[0];
  EXPECT_TRUE(outcome.id.IsNil());
  EXPECT_EQ(outcome.errors[0].value, "a@x.de");
  EXPECT_THAT(outcome.errors[0].message, HasSubstr("external id 'A'"));
}

}  // namespace
}  // namespace tidings::crm
