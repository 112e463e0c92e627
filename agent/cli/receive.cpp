// agent/cli/receive.cpp: `tributary receive`: for the programme: is what arrived whole, and who sent it?
#include "agent/receive/receive.hpp"

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/recipients.hpp"

namespace tributary::cli {
namespace {

Json problem_json(const receive::Problem& problem) {
  return Json().add("file", problem.name).add("problem", sentence(problem.error));
}

Json problems_json(const std::vector<receive::Problem>& problems) {
  Json out = Json::array();
  for (const auto& problem : problems) out.push(problem_json(problem));
  return out;
}

Json parcel_json(const receive::Arrival& arrival) {
  const auto& manifest = arrival.manifest;
  Json out;
  out.add("parcel", manifest.parcel).add("whole", arrival.problems.empty()).add("site_key", manifest.site_key);
  out.add("site", manifest.site).add("created", manifest.created).add("manifest", arrival.path);
  out.add("sample", manifest.sample).add("subject", manifest.subject).add("policy", manifest.policy);
  out.add("data_use", manifest.data_use);
  Json files = Json::array();
  for (const auto& claim : manifest.files) {
    files.push(Json()
                   .add("name", claim.name)
                   .add("role", claim.role)
                   .add("size", claim.plain_bytes)
                   .add("sha256", to_hex(claim.plain_sha256)));
  }
  out.add("files", std::move(files)).add("problems", problems_json(arrival.problems));
  return out;
}

void say_as_json(const receive::Report& report) {
  Json parcels = Json::array(), unlisted = Json::array();
  for (const auto& arrival : report.parcels) parcels.push(parcel_json(arrival));
  for (const auto& path : report.unlisted) unlisted.push(path);
  Json out;
  out.add("good", report.good()).add("parcels", std::move(parcels));
  out.add("unread", problems_json(report.unread)).add("unlisted", std::move(unlisted));
  say(out.dump(true));
}

void say_problem(const receive::Problem& problem) {
  say("        " + printable(problem.name) + ": " + sentence(problem.error));
}

void say_parcel(const receive::Arrival& arrival) {
  const auto& manifest = arrival.manifest;
  say((arrival.problems.empty() ? coloured("whole", "32") : coloured("broken", "31")) + "  " + manifest.parcel +
      ": sample " + manifest.sample + ", " + counted(manifest.files.size(), "file") + ", " +
      show_size(arrival.plain_bytes));
  say("        signed with the key in " + printable(manifest.site_key) + ", by its own words site " +
      printable(manifest.site) + ", subject " + printable(manifest.subject) + ", policy " + printable(manifest.policy) +
      ", made at " + printable(manifest.created));
  for (const auto& problem : arrival.problems) say_problem(problem);
}

void say_report(const receive::Report& report) {
  for (const auto& arrival : report.parcels) say_parcel(arrival);
  if (!report.unread.empty()) say(coloured("manifests that can not be believed", "31"));
  for (const auto& problem : report.unread) say_problem(problem);
  if (!report.unlisted.empty()) say(coloured("listed by no manifest", "33"));
  for (const auto& path : report.unlisted) say("        " + printable(path));
  if (report.parcels.empty() && report.unread.empty()) say("there is no manifest (*.manifest.json.c4gh)");
}

int run_receive(Context& context, const Arguments& arguments) {
  if (arguments.value("--secret").empty() || arguments.values("--site-key").empty() || arguments.rest().size() != 1)
    return usage("receive needs --secret F, at least one --site-key PUB and one DIR");
  receive::Settings settings;
  auto secret = secret_key_of(arguments);
  if (!secret) return complain(secret.error());
  settings.secret = *secret;
  for (const auto& file : arguments.values("--site-key")) {
    auto pem = files::read_named(file, 65536);
    if (!pem) return complain(in("--site-key", pem.error()));
    settings.site_keys.push_back({file, std::move(*pem)});
  }
  settings.out = arguments.value("--out");
  const auto report = receive::receive(arguments.rest().front(), settings, context.stop);
  if (!report) return complain(report.error());
  arguments.has("--json") ? say_as_json(*report) : say_report(*report);
  return report->good() ? exit_yes : exit_not_well;
}

}  // namespace

Command receive_command() {
  return {"receive",
          "receive --secret F --site-key PUB... [--passphrase-file P] [--out OUT] [--json] DIR",
          "for the programme that receives: opens and checks the parcels in a folder",
          "Objects lie beside their manifest under the names that they were sent with. Checked are: the signature of "
          "the\nmanifest by one of the sites' public keys (`identity` of each site, ECDSA P-256), that every object is "
          "there,\nits size and SHA-256, sealed and opened. With --out, what was proven goes to OUT/PARCEL/, its "
          "manifest last.\nExit: 0 all is whole, 3 something is not, or belongs to no parcel, or there is no manifest; "
          "1 could not.",
          {"--secret", "--site-key", "--passphrase-file", "--out"},
          {"--json"},
          run_receive};
}

}  // namespace tributary::cli
