// tests/plugins/drs/bench.hpp: a repository, a host and an open plugin for one test.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/plugins/drs/repository.hpp"
#include "tests/suites/instance.hpp"
#include "tests/suites/parcel_on_hand.hpp"

extern "C" const tributary_descriptor* tributary_plugin_drs(void);

namespace tributary::tests {

constexpr std::uint64_t part_bytes = 4096;

struct Bench {
  fakes::PluginHost host{tributary_plugin_drs()};
  Repository repository{host};
  suites::ParcelOnHand parcel{"p-0001",
                              {{"TL-A.cram.c4gh", suites::sample_bytes(12 * part_bytes + 5, 1), false},
                               {"TL-A.manifest.json.c4gh", suites::sample_bytes(100, 2), true}},
                              part_bytes};
  tributary_note note{};

  tributary_outcome push(const suites::ParcelOnHand& what) {
    suites::Instance<tributary_destination_ops> at(tributary_plugin_drs(), host);
    const auto outcome = at.ops().push(at.self(), what.abi(), &note);
    return outcome;
  }
  tributary_outcome push() { return push(parcel); }
  tributary_outcome withdraw() {
    suites::Instance<tributary_destination_ops> at(tributary_plugin_drs(), host);
    const auto stored = parcel.stored();
    return at.ops().withdraw(at.self(), parcel.id.c_str(), stored.data(), static_cast<std::uint32_t>(stored.size()),
                             &note);
  }
  tributary_outcome probe() {
    suites::Instance<tributary_destination_ops> at(tributary_plugin_drs(), host);
    return at.ops().probe(at.self(), &note);
  }
  /// `given` instead of the answer to the n-th request (from 0) that contains `mark` in "METHOD URL".
  void answer_instead(const std::string& mark, std::size_t n, fakes::HttpAnswer given) {
    auto left = std::make_shared<std::size_t>(n);
    auto once = std::make_shared<bool>(true);
    repository.instead = [=](const fakes::HttpAsked& asked) -> std::optional<fakes::HttpAnswer> {
      if (!*once || (asked.method + " " + asked.url).find(mark) == std::string::npos || (*left)-- != 0) return {};
      *once = false;
      return given;
    };
  }
  [[nodiscard]] bool said(const std::string& words) const {
    return std::string(note.what).find(words) != std::string::npos;
  }
  [[nodiscard]] bool logged(const std::string& words) const {
    return std::any_of(host.logged.begin(), host.logged.end(),
                       [&](const std::string& line) { return line.find(words) != std::string::npos; });
  }
};

inline fakes::HttpAnswer reply(int status, std::string body = {},
                               std::vector<std::pair<std::string, std::string>> headers = {}) {
  fakes::HttpAnswer out;
  out.status = status;
  out.body = std::move(body);
  out.headers = std::move(headers);
  return out;
}
inline fakes::HttpAnswer s3_error(int status, const std::string& code) {
  return reply(status, "<Error><Code>" + code + "</Code></Error>");
}

}  // namespace tributary::tests
