// agent/status/cures.cpp: who must act, and by which command, in German.
#include "agent/status/cures.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "agent/status/report.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::status {
namespace {

using journal::Condition;
using journal::Stage;

enum class At : std::uint8_t { consent, plan, identify, pseudonymise, verify, seal, push, ingest, withdraw };

struct Cure {
  At at;
  std::string_view held, refused;
};
constexpr std::string_view identifier_left =
    "In den Daten blieb ein Kennzeichen. Das Labor bereinigt die Datei; tributary scan nennt die Stelle, danach: "
    "tributary retry {parcel}";
// In the order of At.
constexpr std::array<Cure, 9> cures{{
    {At::consent,
     "Die Einwilligung ist nicht geklärt. Wer die Einwilligungen führt, ergänzt sie; gefragt wird von selbst wieder.",
     "Keine gültige Einwilligung deckt diesen Zweck: es wird nichts gesendet. Stimmt das nicht, berichtigt sie, wer "
     "die "
     "Einwilligungen führt."},
    {At::plan,
     "Keine Richtlinie sendet es mehr dorthin. Die IT stellt die Richtlinie zurück, danach: tributary retry {parcel}; "
     "oder beendet es: tributary cancel {parcel}",
     "Keine Richtlinie sendet es mehr dorthin. Die IT beendet es: tributary cancel {parcel}"},
    {At::identify,
     "Dateien und Proben lassen sich nicht sicher zuordnen. Das Labor berichtigt Laufordner oder Probenblatt, danach: "
     "tributary retry --run {run}",
     "Dateien und Proben passen nicht zusammen. Das Labor berichtigt Laufordner oder Probenblatt, danach: tributary "
     "retry --run {run}"},
    {At::pseudonymise, "Es gibt noch kein Pseudonym. Die Treuhandstelle ergänzt es; gefragt wird von selbst wieder.",
     "Das Pseudonym wurde verweigert oder ist nicht brauchbar. Mit der Treuhandstelle klären, danach: tributary retry "
     "{parcel}"},
    {At::verify, identifier_left, identifier_left},
    {At::seal,
     "Eine Quelldatei fehlt, ist nicht lesbar oder nicht verständlich. Das Labor sieht nach, danach: tributary retry "
     "{parcel}",
     "Eine Quelldatei kann so nicht gesendet werden. Das Labor sieht nach, danach: tributary retry {parcel}"},
    {At::push,
     "Das Senden an {destination} kommt nicht voran. Die IT behebt es; tributary doctor nennt die Stelle, danach: "
     "tributary retry {parcel}",
     "{destination} nimmt das Paket nicht an. Mit dem Repositorium klären, danach: tributary retry {parcel}"},
    {At::ingest,
     "{destination} hat die Aufnahme nicht beendet. Beim Repositorium nachfragen, danach: tributary retry {parcel}",
     "{destination} hat die Aufnahme abgelehnt. Mit dem Repositorium klären, danach: tributary retry {parcel}"},
    {At::withdraw,
     "{destination} hat noch nicht gelöscht. Das Repositorium darum bitten; hat es das Löschen bestätigt: tributary "
     "withdraw --confirm {parcel}",
     "{destination} löscht nicht. Das Repositorium darum bitten; hat es das Löschen bestätigt: tributary withdraw "
     "--confirm {parcel}"},
}};
constexpr std::string_view another_person = "pseudonymise: this sample id stood for another person";
constexpr std::string_view another_person_cure =
    "Diese Probennummer stand früher für eine andere Person; es wird nichts gesendet. Das Labor gibt der Probe eine "
    "neue "
    "Nummer oder berichtigt die Zuordnung, danach: tributary retry --run {run}";
constexpr std::string_view terms_name_somebody = "verify: terms of use";
constexpr std::string_view terms_cure =
    "In den Bedingungen der Einwilligung steht ein Kennzeichen. Wer die Einwilligungen führt, nimmt es dort heraus, "
    "danach: tributary retry {parcel}";
constexpr bool in_order() {
  for (std::size_t i = 0; i < cures.size(); ++i) {
    if (cures[i].at != static_cast<At>(i)) return false;
  }
  return true;
}
static_assert(in_order());

constexpr std::pair<std::string_view, At> stations_of_reasons[] = {
    {"consent: ", At::consent},           {"plan: ", At::plan},     {"identify: ", At::identify},
    {"pseudonymise: ", At::pseudonymise}, {"verify: ", At::verify}, {"seal: ", At::seal},
};

At at_of(const journal::ParcelRow& row) {
  for (const auto& [word, at] : stations_of_reasons) {
    if (row.reason.starts_with(word)) return at;
  }
  if (row.stage <= Stage::waiting) return At::consent;
  if (row.stage <= Stage::sealing) return At::seal;
  if (row.stage <= Stage::uploading) return At::push;
  return row.stage <= Stage::ingesting ? At::ingest : At::withdraw;
}

std::string filled(std::string_view text, std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  std::string out(text);
  for (const auto& [name, value] : values) {
    for (auto at = out.find(name); at != std::string::npos; at = out.find(name, at + value.size()))
      out.replace(at, name.size(), value);
  }
  return out;
}

// What operators call it: they move an ingest by its destination.
std::string_view destination_of(std::string_view service) {
  constexpr std::string_view ingest = " ingest";
  if (service.ends_with(ingest)) service.remove_suffix(ingest.size());
  return service;
}

// Of one that goes on by itself.
std::string_view waiting_of(const journal::ParcelRow& row) {
  if (row.stage == Stage::withdrawing)
    return "Das Löschen bei {destination} läuft und wird wiederholt, bis es gelingt.";
  if (row.stage <= Stage::sealing) return "Es geht von selbst weiter, sobald der Grund behoben ist.";
  return "Es wird von selbst wieder versucht; dauert es an, nennt tributary doctor die Stelle.";
}

constexpr std::pair<std::string_view, std::string_view> alarm_cures[] = {
    {"clock", "Die Uhr dieses Rechners ist gesprungen. Die IT stellt sie; geht sie richtig: tributary release --clock"},
    {"consent",
     "Für Zugestelltes kann niemand sagen, ob die Einwilligung noch gilt. Wer die Einwilligungen führt, setzt die "
     "Quelle instand; gelöscht wird deshalb nichts."},
    {"persons",
     "Zugestelltes gehört nach heutigem Stand einer anderen Person. Das Labor berichtigt die Zuordnung; sonst nennt "
     "tributary reidentify die frühere Person und tributary withdraw nimmt deren Daten zurück."},
    {"run folders",
     "Ein Laufordner ist nicht erreichbar. Die IT hängt sein Dateisystem wieder ein; wurde es ersetzt: tributary "
     "release --run-folders"},
    {"state_dir", "Für Neues ist zu wenig Platz. Die IT schafft Platz auf der Platte des Zustandsordners."},
    {journal::Journal::rebuilt_alarm,
     "Das Journal war beschädigt und wurde neu aufgebaut. Nach den genannten Paketen sehen, danach: tributary release "
     "--journal"},
    {"paper",
     "Ein Zertifikat oder Token läuft ab, ist abgelaufen oder nicht lesbar. Die IT ersetzt die Datei; sie wird von "
     "selbst neu gelesen."},
    {"destination",
     "Pakete warten auf ein Ziel, das nicht eingerichtet ist. Wieder einrichten, oder: tributary cancel --destination "
     "ZIEL"},
};

}  // namespace

std::string german_cure(const journal::ParcelRow& row) {
  const auto why = why_of(row);
  if (why.reason.empty()) return {};
  const auto said = [&](std::string_view text) {
    return filled(text, {{"{parcel}", row.id}, {"{run}", row.run_name}, {"{destination}", row.destination}});
  };
  if (row.operator_hold && row.condition != Condition::refused) {
    return said(row.withdraw_reason.empty()
                    ? "Von Hand angehalten. Weiter geht es mit: tributary release {parcel}"
                    : "Nach einem Widerruf wurde wieder eingewilligt. Entscheiden: tributary release {parcel} sendet "
                      "neu, tributary cancel {parcel} beendet es.");
  }
  const auto& cure = cures[static_cast<std::size_t>(at_of(row))];
  if (row.reason.starts_with(another_person)) return said(another_person_cure);
  if (row.reason.starts_with(terms_name_somebody)) return said(terms_cure);
  if (row.condition == Condition::refused) return said(cure.refused);
  if (row.condition == Condition::held) return said(cure.held);
  return row.stage < Stage::delivered || row.stage == Stage::withdrawing ? said(waiting_of(row)) : std::string();
}

std::string german_cure(const journal::RunRow& row) {
  if (row.reason.empty()) return {};
  using watch::RunState;
  const auto said = [&](std::string_view text) { return filled(text, {{"{run}", row.name}}); };
  switch (static_cast<RunState>(row.state)) {
    case RunState::unrecognised:
      return "Kein Gerät erkennt diesen Ordner: er wird nicht angerührt.";
    case RunState::running:
      return "Das Gerät ist noch nicht fertig.";
    case RunState::settling:
      return "Gewartet wird, bis sich nichts mehr ändert.";
    case RunState::failed:
      return "Das Gerät meldet den Lauf als fehlgeschlagen: es wird nichts gesendet.";
    case RunState::unclear:
      return said(
          "Der Ordner ist unvollständig oder widerspricht sich. Das Labor sieht nach, danach: tributary retry "
          "--run {run}");
    case RunState::settled:
      break;
  }
  return said("Der Lauf steht still. Das Labor sieht nach dem Laufordner, danach: tributary retry --run {run}");
}

std::string german_cure(const journal::DestinationRow& row) {
  if (row.away_since > 0) {
    return filled(
        "Es wird von selbst wieder versucht; tributary doctor nennt die Stelle. Ist sie behoben: tributary retry "
        "--destination {name}",
        {{"{name}", destination_of(row.name)}});
  }
  return row.waits_for.empty() ? std::string() : "Sendungen warten an diesem Rechner und gehen von selbst weiter.";
}

std::string german_cure(const journal::Alarm& alarm) {
  for (const auto& [about, text] : alarm_cures) {
    if (alarm.about == about) return std::string(text);
  }
  constexpr std::string_view away = "destination ";
  if (!alarm.about.starts_with(away)) return {};
  const auto service = std::string_view(alarm.about).substr(away.size());
  return filled(
      "{service} ist nicht erreichbar. Die IT sieht nach, tributary doctor nennt die Stelle; danach: tributary "
      "retry --destination {name}",
      {{"{service}", service}, {"{name}", destination_of(service)}});
}

}  // namespace tributary::status
