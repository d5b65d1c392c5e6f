// What a statement returned.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/id.h"
#include "base/money.h"

struct pg_result;  // libpq's PGresult

namespace tidings::pg {

// The rows of one result, owned. Move-only; reading is thread-safe.
//
// Rows and columns count from 0. The getters read text and binary results alike; of a NULL they
// give 0, false, "", the nil id, the epoch. Asking for a type that the column does not hold, or for
// a row or column that is not there, is a bug in the caller and ends the process with a message; no
// value that a column can hold does.
class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* result) : result_(result) {}

  int size() const;          // how many rows
  int columns() const;       // how many columns
  int64_t affected() const;  // rows inserted, updated, deleted, selected or copied
  bool empty() const { return size() == 0; }
  std::string_view Command() const;  // "SELECT 3", "COMMIT": what PostgreSQL says it did

  // The number of the column with this name; ends the process when there is none.
  int Column(const char* name) const;
  std::string_view Name(int column) const;

  bool IsNull(int row, int column) const;
  std::string_view Text(int row, int column) const;  // valid as long as the Rows; the result's own
                                                     // text, or text/json columns of binary results
  int64_t Int(int row, int column) const;            // smallint, int, bigint, whole numeric as text
  double Real(int row, int column) const;            // any number
  bool Bool(int row, int column) const;
  Id Uuid(int row, int column) const;
  Time Timestamp(int row, int column) const;  // timestamptz; infinity is Time::max()
  Money Amount(int row, int column) const;    // numeric; the nearest amount there is

  std::optional<std::string_view> OptText(int row, int column) const;
  std::optional<Id> OptUuid(int row, int column) const;
  std::optional<Time> OptTimestamp(int row, int column) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  struct Cell {
    std::string_view bytes;
    uint32_t type = 0;  // PostgreSQL's type oid
    bool binary = false;
    bool null = false;
  };
  Cell At(int row, int column) const;

  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace tidings::pg
