// tests/sandbox/options.cpp: options as a table: name, argument, meaning, effect.
#include "tests/sandbox/options.hpp"

#include <functional>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/port/files/files.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/query.hpp"

namespace tributary::sandbox {
namespace {

struct Option {
  std::string name, argument, help;
  std::function<Status(Options&, const std::string&)> take;
};

/// An option that is short for a fault.
Option short_for(const std::string& name, const std::string& argument, const std::string& help,
                 std::function<std::string(const std::string&)> fault) {
  return {name, argument, help, [fault = std::move(fault)](Options& options, const std::string& value) -> Status {
            const auto text = fault(value);
            Faults trial(0);
            const auto good = trial.add(text);
            if (good) options.settings.faults.push_back(text);
            return good;
          }};
}

Status take_count(const std::string& value, std::uint64_t& into) {
  const auto count = parse_count(value);
  if (!count) return refusal("'" + printable(value) + "' is no whole number");
  into = *count;
  return {};
}

Status take_size(const std::string& value, std::uint64_t& into) {
  const auto size = parse_size_bytes(value);
  if (!size) return size.error();
  into = *size;
  return {};
}

std::vector<Option> places() {
  const auto text = [](std::string Settings::* member) {
    return [member](Options& options, const std::string& value) -> Status {
      options.settings.*member = value;
      return {};
    };
  };
  return {
      {"--dir", "DIR", "where everything is kept; made when missing (needed)", text(&Settings::directory)},
      {"--listen", "HOST:PORT", "default 127.0.0.1:8700; port 0 lets the system choose", text(&Settings::listen)},
      {"--host", "NAME", "our name in drs:// URIs and in the certificate, default localhost", text(&Settings::host)},
      {"--region", "NAME", "region of the S3 endpoint, default eu-sandbox-1", text(&Settings::region)},
      {"--ready-file", "FILE", "gets our URL when we listen",
       [](Options& options, const std::string& value) -> Status {
         options.ready_file = value;
         return {};
       }},
      {"--site-key", "FILE", "public key (PEM) of a site whose manifests are believed; may be repeated",
       [](Options& options, const std::string& value) -> Status {
         auto pem = files::read_small(value, 64U << 10);
         if (!pem) return pem.error();
         options.settings.site_keys.push_back(*std::move(pem));
         return {};
       }},
  };
}

std::vector<Option> rules() {
  const auto flag = [](bool Settings::* member) {
    return [member](Options& options, const std::string&) -> Status {
      options.settings.*member = true;
      return {};
    };
  };
  return {
      {"--tls", "", "HTTPS; clients trust DIR/ca.pem", flag(&Settings::tls)},
      {"--allow-unsigned-payload", "", "S3: takes UNSIGNED-PAYLOAD in signed headers",
       flag(&Settings::allow_unsigned_payload)},
      {"--require-controlled-access", "", "DRS: refuses to register what everybody could read",
       flag(&Settings::require_controlled_access)},
      {"--no-removal", "", "DRS: nothing can be deleted by protocol", flag(&Settings::no_removal)},
      {"--post-url-object", "", "DRS: post_url as {url, headers} instead of the bare URL",
       flag(&Settings::post_url_object)},
      {"--credential-ttl", "TIME", "how long credentials and signed URLs hold, default 15m",
       [](Options& options, const std::string& value) -> Status {
         const auto seconds = parse_duration_s(value);
         if (!seconds) return seconds.error();
         options.settings.credential_ttl_s = *seconds;
         return {};
       }},
      {"--min-part", "SIZE", "S3: smallest part but the last, default 5MiB",
       [](Options& options, const std::string& value) { return take_size(value, options.settings.min_part_bytes); }},
      {"--max-upload", "SIZE", "DRS: largest object that is taken, default no limit",
       [](Options& options, const std::string& value) { return take_size(value, options.settings.max_upload_bytes); }},
  };
}

std::vector<Option> fault_options() {
  const auto same = [](const std::string& value) { return value; };
  return {
      short_for("--fault", "FAULT", "see the table below; may be repeated", same),
      short_for("--latency", "TIME", "any:delay:*:TIME", [](const auto& v) { return "any:delay:*:" + v; }),
      short_for("--fail-rate", "PERCENT", "any:busy:PERCENT, for instance 5%",
                [](const auto& v) { return "any:busy:" + v; }),
      short_for("--slow-ingest", "RATE", "ingest:slow:*:RATE", [](const auto& v) { return "ingest:slow:*:" + v; }),
      short_for("--slow-tasks", "TIME", "task_run:delay:*:TIME", [](const auto& v) { return "task_run:delay:*:" + v; }),
      short_for("--disk-full", "", "ingest:full:*", [](const auto&) { return std::string("ingest:full:*"); }),
      {"--seed", "NUMBER", "of the chance in faults, default 1",
       [](Options& options, const std::string& value) { return take_count(value, options.settings.seed); }},
  };
}

std::vector<Option> table() {
  auto all = places();
  for (auto* more : {&rules, &fault_options}) {
    for (auto& option : more()) all.push_back(std::move(option));
  }
  return all;
}

std::string lines(const std::vector<Option>& options) {
  std::string out;
  for (const auto& option : options) {
    auto left = "  " + option.name + (option.argument.empty() ? "" : " " + option.argument);
    left.resize(std::max<std::size_t>(left.size() + 1, 32), ' ');
    out += left + option.help + "\n";
  }
  return out;
}

Status take(Options& options, const Option& option, const std::string& value) {
  const auto taken = option.take(options, value);
  return taken ? Status() : Status(in(option.name, taken.error()));
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& words) {
  const auto options_table = table();
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    const auto name = words[i].substr(0, equals);
    if (name == "--help" || name == "-h") options.help = true;
    if (name == "--version") options.version = true;
    if (options.help || options.version) return options;
    std::vector<std::string> names;
    const Option* found = nullptr;
    for (const auto& option : options_table) {
      names.push_back(option.name);
      if (option.name == name) found = &option;
    }
    if (found == nullptr) {
      const auto near = nearest(name, names);
      return refusal("unknown option '" + printable(name) + "'",
                     near.empty() ? "see --help" : "did you mean " + near + "?");
    }
    std::string value;
    if (equals != std::string::npos && !found->argument.empty()) {
      value = words[i].substr(equals + 1);
    } else if (equals != std::string::npos) {
      return refusal(name + " takes no argument");
    } else if (!found->argument.empty()) {
      if (++i == words.size()) return refusal(name + " needs " + found->argument);
      value = words[i];
    }
    if (const auto taken = take(options, *found, value); !taken) return taken.error();
  }
  if (options.settings.directory.empty()) return refusal("--dir DIR is needed", "see --help");
  return options;
}

std::string usage() {
  return "Usage: tributary-sandbox --dir DIR [OPTION...]\n\n"
         "A small national repository to run against: GA4GH DRS with the write extension, an S3 endpoint, TES,\n"
         "and a page at / that shows what arrived. For demos and acceptance tests, never for data of people.\n"
         "The first start makes DIR with recipient.pub, recipient.sec, token, ca.pem and the server's certificate.\n\n"
         "Places\n" +
         lines(places()) + "\nRules\n" + lines(rules()) + "\nFaults\n" + lines(fault_options()) + "\n" + fault_help() +
         "\nAt run time: GET, POST and DELETE /faults with the bearer token, e.g. {\"clear\": true, \"add\": "
         "[\"part:cut:10\"]}.\n"
         "GET /state says what is there, GET /events is the log of requests, GET /healthz says ok.\n\n"
         "Exit codes: 0 stopped by a signal; 1 could not run; 2 usage.\n";
}

}  // namespace tributary::sandbox
