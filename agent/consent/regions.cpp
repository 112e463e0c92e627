// agent/consent/regions.cpp: countries and the groups they belong to.
#include "agent/consent/regions.hpp"

#include <algorithm>
#include <array>

#include "agent/base/text.hpp"

namespace tributary::consent {
namespace {

constexpr std::array<std::string_view, 27> european_union{"at", "be", "bg", "cy", "cz", "de", "dk", "ee", "es",
                                                          "fi", "fr", "gr", "hr", "hu", "ie", "it", "lt", "lu",
                                                          "lv", "mt", "nl", "pl", "pt", "ro", "se", "si", "sk"};
constexpr std::array<std::string_view, 3> european_free_trade_in_the_area{"is", "li", "no"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& list, std::string_view country) {
  return std::find(list.begin(), list.end(), country) != list.end();
}

std::string canonical(std::string_view code) {
  auto word = lower(trim(code));
  if (word == "uk") return "gb";
  if (word == "el") return "gr";
  return word;
}

InRegion answer(bool is_in) { return is_in ? InRegion::yes : InRegion::no; }

}  // namespace

InRegion in_region(std::string_view country, std::string_view region) {
  const auto wanted = canonical(region);
  const auto here = canonical(country);
  if (wanted == "eu") return answer(holds(european_union, here));
  if (wanted == "eea" || wanted == "eu/eea") {
    return answer(holds(european_union, here) || holds(european_free_trade_in_the_area, here));
  }
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (wanted.size() == 2 && is_letter(wanted[0]) && is_letter(wanted[1])) return answer(wanted == here);
  return InRegion::not_understood;
}

}  // namespace tributary::consent
