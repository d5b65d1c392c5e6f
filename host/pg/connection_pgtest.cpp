#include <gtest/gtest.h>

#include "pg/connection.h"
#include "pg/scratch.h"

namespace tidings::pg {
namespace {
TEST(Connection, Runs) {
  ScratchDatabase database;
  auto connection = Connection::Open(database.conninfo());
  ASSERT_TRUE(connection) << connection.error().message;
  auto rows = connection->Execute("select $1::int + 1", Params().Int(41));
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->Int(0, 0), 42);
}
TEST(Connection, Runs2) { ScratchDatabase database; }
TEST(Connection, Runs3) { ScratchDatabase database; }
}  // namespace
}  // namespace tidings::pg
