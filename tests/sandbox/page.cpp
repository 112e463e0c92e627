// tests/sandbox/page.cpp: HTML without scripts.
#include "tests/sandbox/page.hpp"

#include <algorithm>
#include <set>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "tests/sandbox/address.hpp"
#include "tests/sandbox/xml.hpp"

namespace tributary::sandbox {
namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--line:#8884;--good:#1a7f37;--bad:#c62828;--soft:#8882}
body{font:15px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .4rem}
p.where{margin:.2rem 0 1.2rem;opacity:.75}
.sums{display:flex;gap:.8rem;flex-wrap:wrap}
.sums div{border:1px solid var(--line);border-radius:.5rem;padding:.5rem .9rem;min-width:7rem}
.sums b{display:block;font-size:1.35rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;font-size:.82rem;opacity:.75}
td.t{white-space:nowrap}
td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
code{font-size:.86em;word-break:break-all}
.tag{border-radius:.3rem;padding:.05rem .4rem;background:var(--soft);white-space:nowrap;font-size:.82rem}
.good{color:var(--good)}.bad{color:var(--bad)}
.none{opacity:.6}
)";

std::string cell(const std::string& html) { return "<td>" + html + "</td>"; }
std::string number_cell(const std::string& text) { return "<td class=\"n\">" + escape(text) + "</td>"; }
/// `2026-11-21 10:00:00`: what stands on a page must not break inside.
std::string time_cell(std::int64_t utc_s) {
  auto text = to_rfc3339(utc_s);
  text[10] = ' ';
  text.pop_back();
  return "<td class=\"t\">" + escape(text) + "</td>";
}
std::string code(std::string_view text) { return "<code>" + escape(text) + "</code>"; }
std::string tag(std::string_view text, std::string_view mood = {}) {
  return "<span class=\"tag " + std::string(mood) + "\">" + escape(text) + "</span>";
}

std::string table(const std::string& title, const std::vector<std::string>& heads, const std::string& rows) {
  auto out = "<h2>" + escape(title) + "</h2>";
  if (rows.empty()) return out + "<p class=\"none\">none</p>";
  out += "<div class=\"scroll\"><table><tr>";
  for (const auto& head : heads) out += "<th>" + escape(head) + "</th>";
  return out + "</tr>" + rows + "</table></div>";
}

std::string flags_of(const Object& object) {
  std::string out;
  if (object.deleted) out += tag("deleted") + " ";
  if (!object.duplicate_of.empty()) out += tag("duplicate of " + object.duplicate_of, "bad") + " ";
  if (!object.controlled_access || object.controlled_access->empty()) {
    out += tag("open for everybody", "bad");
  } else {
    for (const auto& claim : *object.controlled_access) out += tag(claim) + " ";
  }
  return out;
}

std::string object_rows(const std::vector<Object>& objects) {
  std::string rows;
  for (auto object = objects.rbegin(); object != objects.rend(); ++object) {
    rows += "<tr>" + time_cell(object->created_utc_s) +
            cell("<b>" + escape(object->name) + "</b><br>" + code(object->id)) +
            number_cell(show_size(object->size_bytes)) + cell(code(object->sha256)) +
            cell(code(join(object->aliases, " "))) + cell(flags_of(*object)) + "</tr>";
  }
  return rows;
}

std::string task_rows(const std::vector<Task>& tasks) {
  std::string rows;
  for (auto task = tasks.rbegin(); task != tasks.rend(); ++task) {
    const auto mood = task->state == "COMPLETE" ? "good" : is_over(*task) ? "bad" : "";
    std::string tags;
    for (const auto& [name, value] : task->asked["tags"].members()) {
      tags += tag(name + " " + std::string(value.as_string())) + " ";
    }
    rows += "<tr>" + time_cell(task->created_utc_s) +
            cell("<b>" + escape(task->asked["name"].as_string()) + "</b><br>" + code(task->id)) +
            cell(tag(task->state, mood)) + cell(tags) + cell(code(task->err + task->system)) + "</tr>";
  }
  return rows;
}

std::string upload_rows(const std::vector<Upload>& uploads) {
  std::string rows;
  for (const auto& upload : uploads) {
    std::uint64_t bytes = 0;
    for (const auto& [number, part] : upload.parts) bytes += part.piece.size_bytes;
    rows += "<tr>" + time_cell(upload.started_utc_s) + cell(code(upload.key)) +
            number_cell(std::to_string(upload.parts.size())) + number_cell(show_size(bytes)) + "</tr>";
  }
  return rows;
}

std::string stray_rows(const PageParts& parts) {
  std::set<std::string> registered;
  for (const auto& object : parts.objects.all()) registered.insert(object.key);
  std::string rows;
  for (const auto& blob : parts.storage.blobs()) {
    if (registered.contains(blob.key)) continue;
    rows += "<tr>" + time_cell(blob.stored_utc_s) + cell(code(blob.key)) + number_cell(show_size(blob.size_bytes)) +
            cell(code(blob.sha256)) + "</tr>";
  }
  return rows;
}

std::string fault_rows(const Json& faults) {
  std::string rows;
  for (const auto& fault : faults.items()) {
    rows += "<tr>" + cell(code(fault["fault"].as_string())) + number_cell(std::to_string(fault["seen"].as_integer())) +
            number_cell(std::to_string(fault["hit"].as_integer())) + "</tr>";
  }
  return rows;
}

std::string event_rows(const std::vector<Event>& events) {
  constexpr std::size_t shown = 40;
  std::string rows;
  std::size_t count = 0;
  for (auto event = events.rbegin(); event != events.rend() && count < shown; ++event, ++count) {
    const auto status = event->status == 0 ? std::string("cut") : std::to_string(event->status);
    rows += "<tr>" + time_cell(event->at_utc_s) + cell(escape(event->kind)) +
            cell(code(event->method + " " + event->route)) +
            cell(tag(status, event->status >= 200 && event->status < 400 ? "good" : "bad")) +
            number_cell(show_size(event->bytes_in)) + cell(escape(join(event->faults, ", "))) + "</tr>";
  }
  return rows;
}

std::string sum(const std::string& value, const std::string& what) {
  return "<div><b>" + escape(value) + "</b>" + escape(what) + "</div>";
}

std::string sums(const PageParts& parts, const std::vector<Object>& objects) {
  std::uint64_t live = 0, bytes = 0, duplicates = 0;
  std::set<std::string> parcels;
  for (const auto& object : objects) {
    if (!object.duplicate_of.empty()) ++duplicates;
    if (object.deleted) continue;
    ++live;
    bytes += object.size_bytes;
    if (const auto parcel = parcel_of(object); !parcel.empty()) parcels.insert(parcel);
  }
  return "<div class=\"sums\">" + sum(std::to_string(live), "objects") + sum(show_size(bytes), "registered") +
         sum(std::to_string(parcels.size()), "parcels") + sum(std::to_string(parts.tasks.all().size()), "tasks") +
         sum(std::to_string(duplicates), "duplicates") +
         sum(std::to_string(parts.storage.open_uploads().size()), "open uploads") + "</div>";
}

}  // namespace

std::string render_page(const PageParts& parts) {
  const auto objects = parts.objects.all();
  std::string out =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><meta http-equiv=\"refresh\" content=\"10\">"
      "<title>Tributary sandbox</title><style>" +
      std::string(style) + "</style></head><body>";
  out += "<h1>Tributary sandbox repository</h1><p class=\"where\">DRS " + code(parts.base_url + std::string(drs_base)) +
         " &middot; TES " + code(parts.base_url + std::string(tes_base)) + " &middot; S3 " +
         code(parts.base_url + "/s3") + " &middot; times in UTC</p>";
  out += sums(parts, objects);
  out += table("Objects", {"Registered", "Name and id", "Size", "SHA-256", "Aliases", "Access"}, object_rows(objects));
  out += table("Tasks", {"Created", "Name and id", "State", "Tags", "What was wrong"}, task_rows(parts.tasks.all()));
  out +=
      table("Open multipart uploads", {"Started", "Key", "Parts", "Size"}, upload_rows(parts.storage.open_uploads()));
  out += table("Stored, not registered", {"Stored", "Key", "Size", "SHA-256"}, stray_rows(parts));
  out += table("Faults", {"Fault", "Seen", "Hit"}, fault_rows(parts.faults.list()));
  out += table("Latest requests", {"At", "Kind", "Request", "Answer", "Body", "Faults"},
               event_rows(parts.events.since(0)));
  return out + "</body></html>\n";
}

}  // namespace tributary::sandbox
