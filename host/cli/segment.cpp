#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/command.h"
#include "sentence/sentence.h"

namespace tidings::cli {
namespace {

constexpr const char* kTeaching =
    "Works on segments: who is to get a campaign.\n\n"
    "  tidings segment parse \"customers in Pune who spent over 10k\"\n";

constexpr const char* kParseTeaching =
    "Reads a sentence by a grammar, without a model, and prints the rule group that it means, as\n"
    "`tidings campaign launch --rule` takes it. What is vague, unknown or has two meanings is\n"
    "refused, with the words that have no place. Needs neither a database nor a running host.\n"
    "Exit status: 0 where the sentence is understood, 3 where it is not.\n\n"
    "  tidings segment parse \"People who haven't shopped in 6 months and spent over ₹5K\"\n"
    "  tidings segment parse --json \"one-time buyers in Mumbai or Delhi\"\n";

int Accept(const Globals& globals, const sentence::Reading& reading) {
  std::string text = reading.english + "\n";
  for (const auto& assumption : reading.assumptions) {
    text += fmt::format("  taking it that {}\n", assumption);
  }
  Print(
      globals, text + ToLine(reading.rule) + "\n",
      {{"rule", reading.rule}, {"reading", reading.english}, {"assumptions", reading.assumptions}});
  return kDone;
}

int Refuse(const Globals& globals, const std::string& sentence, const sentence::Refusal& refusal) {
  std::string text = sentence + "\n";
  OrderedJson words = OrderedJson::array();
  for (const auto& word : refusal.words) {
    auto length = std::max<size_t>(1, word.text.size());
    text += std::string(word.offset, ' ') + std::string(length, '^') + " " + word.hint + "\n";
    words.push_back({{"text", word.text}, {"offset", word.offset}, {"hint", word.hint}});
  }
  if (refusal.words.empty()) text += refusal.message + "\n";
  Print(globals, text + "not understood: " + refusal.code + "\n",
        {{"code", refusal.code}, {"message", refusal.message}, {"words", std::move(words)}});
  return kHasErrors;
}

int Parse(const Globals& globals, const std::string& sentence) {
  auto parsed = sentence::Parse(sentence);
  return parsed.reading ? Accept(globals, *parsed.reading)
                        : Refuse(globals, sentence, parsed.refusal);
}

}  // namespace

void AddSegment(Commands& commands) {
  auto* command = AddCommand(commands, "segment", "Segments from sentences", kTeaching);
  auto* parse = command->add_subcommand("parse", "The rule that a sentence means");
  auto sentence = std::make_shared<std::string>();
  parse->add_option("sentence", *sentence, "In English, between quotes")->required();
  parse->footer(std::string("\n") + kParseTeaching);
  parse->fallthrough();
  command->require_subcommand(1);
  command->callback([&commands, sentence] {
    commands.chosen = [&globals = commands.globals, sentence]() -> Result<int> {
      return Parse(globals, *sentence);
    };
  });
}

}  // namespace tidings::cli
