// What the model is asked, and what its answer must look like.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace summarize_llm {

// One of the texts that can be written. Throws std::invalid_argument where the facts are no JSON
// object or the kind is unknown.
class Assignment {
 public:
  Assignment(std::string_view kind, std::string_view facts);

  // The messages of the chat: who the model is, and the facts between <facts> and </facts>, which
  // no value in them can close.
  nlohmann::json Messages() const;
  // The JSON Schema of the answer, within what every provider understands.
  const nlohmann::json& schema() const { return schema_; }
  const std::string& kind() const { return kind_; }

  // Takes the text out of the model's answer, or says in *why what is wrong with it, in words that
  // help the model to mend it.
  bool Accept(std::string_view answer, std::string* text, std::string* why) const;

 private:
  bool AcceptSummary(const nlohmann::json& answer, std::string* text, std::string* why) const;
  bool AcceptIntent(const nlohmann::json& answer, std::string* text, std::string* why) const;
  bool Invents(const std::string& text, std::string* why) const;

  std::string kind_;
  nlohmann::json facts_;  // with what can be derived from them
  nlohmann::json schema_;
  std::vector<double> known_;  // numbers that the answer may hold
};

}  // namespace summarize_llm
