// The words that made-up people and goods are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ingest_generator {

// A list of constant words.
struct Words {
  const std::string_view* data;
  size_t size;

  std::string_view operator[](uint64_t i) const { return data[i % size]; }
};

struct Culture {
  std::string_view country;
  std::string_view dial;  // of its mobile numbers, with the first digits
  int digits;             // that follow
  bool family_first;
  int share;  // of customers, in hundredths
  Words given, family, cities;
};

size_t CultureCount();
const Culture& CultureAt(size_t i);

// A product of the shop. The price is in cents.
struct Product {
  std::string_view name, sku;
  int64_t price;
};
size_t ProductCount();
const Product& ProductAt(size_t i);  // dearer as i grows

// Appends a name in the letters of an e-mail address: "Łukasz O'Neil" becomes "lukaszoneil".
void AppendSlug(std::string& to, std::string_view name);

}  // namespace ingest_generator
