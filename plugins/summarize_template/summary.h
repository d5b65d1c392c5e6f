// Facts into sentences, always the same ones for the same facts.
#pragma once

#include <string>

#include "facts.h"

namespace summarize_template {

// What happened, in a few sentences: how many were reached, who best and who worst, why messages
// failed, how long it took. `currency` stands before amounts of spend.
std::string Summarize(const Facts& facts, const std::string& currency);

// What a campaign is for: a class and a phrase, as "win_back: bring back customers who ...".
std::string Intent(const Facts& facts);

// 1234567 -> "1,234,567".
std::string WithThousands(int64_t number);
// 0.9034 -> "90.3 %". Never 100 % for less than all, nor 0 % for more than none.
std::string Percent(double share);

}  // namespace summarize_template
