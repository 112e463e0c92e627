// agent/status/page.cpp: the status page.
#include <algorithm>

#include "agent/base/units.hpp"
#include "agent/status/server.hpp"

namespace tributary::status {
namespace {

constexpr std::string_view style = R"css(
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5a6b7b;--line:#d5dde5;--paper:#fff;--back:#f3f6f9;--good:#14733a;--wait:#0b5fa5;--hold:#8a5a00;--no:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9fb0c0;--line:#33414e;--paper:#17212b;--back:#0f171e;--good:#5fd38d;--wait:#7cc0ff;--hold:#f0b95b;--no:#ff8a80}}
*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back)}
main,header{max-width:72rem;margin:0 auto;padding:1rem}header h1{font-size:1.4rem;margin:.5rem 0 0}header p{color:var(--soft);margin:.2rem 0 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.7rem;margin:0 0 1.2rem;padding:0;list-style:none}
.tiles li{background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:.7rem .9rem}.tiles b{display:block;font-size:1.6rem;line-height:1.2}
section{background:var(--paper);border:1px solid var(--line);border-radius:.5rem;margin:0 0 1.2rem;padding:.4rem 1rem 1rem;overflow-x:auto}
h2{font-size:1.05rem;margin:.8rem 0 .4rem}table{border-collapse:collapse;width:100%}th{text-align:left;color:var(--soft);font-weight:600}
th,td{padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}code{font-size:.9em;overflow-wrap:anywhere}
.delivered,.settled{color:var(--good)}.held,.settling,.unclear{color:var(--hold)}.refused,.failed{color:var(--no)}.state{font-weight:600;color:var(--wait)}
.state.delivered,.state.settled{color:var(--good)}.state.held,.state.unclear,.state.settling{color:var(--hold)}.state.refused,.state.failed{color:var(--no)}
.why{color:var(--soft);font-size:.92em}progress{width:9rem}
)css";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string cell(std::string_view content) { return "<td>" + std::string(content) + "</td>"; }

std::string state_cell(const Json& row) {
  const auto state = escaped(row["state"].as_string());
  std::string out = "<td><span class=\"state " + state + "\">" + state + "</span>";
  if (!row["reason"].is_null()) out += "<div class=\"why\">" + escaped(row["reason"].as_string()) + "</div>";
  if (!row["hint"].is_null()) out += "<div class=\"why\">&rarr; " + escaped(row["hint"].as_string()) + "</div>";
  return out + "</td>";
}

std::string progress_cell(const Json& parcel) {
  const auto total = parcel["bytes_total"].as_integer();
  if (total == 0) return cell("");
  const bool arrived = parcel["state"].as_string() == "delivered";
  const auto sent = arrived ? total : std::min(parcel["bytes_sent"].as_integer(), total);
  std::string out = "<td>";
  if (!arrived)
    out += "<progress max=\"" + std::to_string(total) + "\" value=\"" + std::to_string(sent) +
           "\" aria-label=\"sent\"></progress><br>";
  out += show_size(static_cast<std::uint64_t>(arrived ? total : sent)) +
         (arrived ? "" : " of " + show_size(static_cast<std::uint64_t>(total)));
  if (!parcel["seconds_left"].is_null()) {
    out += ", " + show_size(static_cast<std::uint64_t>(parcel["bytes_per_s"].as_integer())) + "/s, " +
           show_duration(parcel["seconds_left"].as_integer()) + " left";
  }
  return out + "</td>";
}

std::string tile(std::string_view name, std::string_view css, const std::string& value) {
  return "<li><b class=\"" + std::string(css) + "\">" + value + "</b>" + std::string(name) + "</li>";
}

// Totals are of all; lists are not.
std::string more_of(const Json& report, const char* name) {
  const auto shown = static_cast<std::int64_t>(report[name].items().size());
  const auto total = report[std::string(name) + "_total"].as_integer();
  if (total <= shown) return {};
  return "<p class=\"why\">" + std::to_string(shown) + " of " + std::to_string(total) +
         ": what is not finished, and the newest. All: <code>tributary status</code></p>";
}

std::string parcels(const Json& report) {
  std::string rows;
  for (const auto& parcel : report["parcels"].items()) {
    rows += "<tr>" + state_cell(parcel) + cell("<code>" + escaped(parcel["pseudonym"].as_string()) + "</code>") +
            cell(escaped(parcel["destination"].as_string())) + cell(escaped(parcel["run"].as_string())) +
            progress_cell(parcel) + cell("<code>" + escaped(parcel["parcel"].as_string()) + "</code>") + "</tr>";
  }
  if (rows.empty()) return "<p>No parcel yet.</p>";
  return "<table><thead><tr><th scope=\"col\">State</th><th scope=\"col\">Sample</th><th "
         "scope=\"col\">Destination</th><th scope=\"col\">Run</th>"
         "<th scope=\"col\">Sent</th><th scope=\"col\">Parcel</th></tr></thead><tbody>" +
         rows + "</tbody></table>";
}

std::string runs(const Json& report) {
  std::string rows;
  for (const auto& run : report["runs"].items()) {
    const auto model = run["model"].as_string();
    rows += "<tr>" + state_cell(run) + cell(escaped(run["run"].as_string())) +
            cell(escaped(model.empty() ? run["instrument"].as_string() : model)) +
            cell(std::to_string(run["samples"].as_integer())) + cell(escaped(run["since"].as_string())) + "</tr>";
  }
  if (rows.empty()) return "<p>No run folder seen yet.</p>";
  return "<table><thead><tr><th scope=\"col\">State</th><th scope=\"col\">Run</th><th scope=\"col\">Instrument</th><th "
         "scope=\"col\">Samples</th>"
         "<th scope=\"col\">Since</th></tr></thead><tbody>" +
         rows + "</tbody></table>";
}

}  // namespace

std::string page(const Json& report) {
  const auto number = [&](const char* name) { return std::to_string(report[name].as_integer()); };
  std::string out =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">"
      "<meta http-equiv=\"refresh\" content=\"10\"><title>Tributary at " +
      escaped(report["site"].as_string()) + "</title><style>";
  out += style;
  out += "</style></head><body><header><h1>Tributary at " + escaped(report["site"].as_string()) + "</h1><p>Version " +
         escaped(report["version"].as_string()) + ", seen " + escaped(report["now"].as_string()) +
         "</p></header><main><ul class=\"tiles\">";
  out += tile("delivered", "delivered", number("delivered")) + tile("on their way", "", number("waiting")) +
         tile("held", "held", number("held")) + tile("refused", "refused", number("refused")) +
         tile("withdrawn", "", number("withdrawn")) +
         tile("to send", "", show_size(static_cast<std::uint64_t>(report["queue_bytes"].as_integer())));
  out += "</ul>";
  for (const auto& warning : report["warnings"].items())
    out += "<p class=\"held\" role=\"status\">" + escaped(warning.as_string()) + "</p>";
  out += "<section aria-labelledby=\"runs\"><h2 id=\"runs\">Runs</h2>" + runs(report) + more_of(report, "runs") +
         "</section>";
  out += "<section aria-labelledby=\"parcels\"><h2 id=\"parcels\">Parcels</h2>" + parcels(report) +
         more_of(report, "parcels") + "</section></main></body></html>\n";
  return out;
}

}  // namespace tributary::status
