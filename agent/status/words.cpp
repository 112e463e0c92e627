// agent/status/words.cpp: the words of the page.
#include "agent/status/words.hpp"

#include <array>

namespace tributary::status {
namespace {

struct Entry {
  Word word;
  std::string_view en, de;
};

constexpr std::array entries{
    Entry{Word::skip, "Skip to content", "Zum Inhalt"},
    Entry{Word::language, "Language", "Sprache"},
    Entry{Word::at_site, "Tributary at {}", "Tributary in {}"},
    Entry{Word::seen, "as of {}", "Stand {}"},
    Entry{Word::version, "version {}", "Version {}"},
    Entry{Word::machine_times, "Times are those of this machine ({}).", "Zeiten sind die dieses Rechners ({})."},
    Entry{Word::reload, "Refresh", "Neu laden"},
    Entry{Word::live, "live", "live"},
    Entry{Word::not_live, "no connection, trying again", "keine Verbindung, neuer Versuch"},
    Entry{Word::footer_machines, "For programs", "Für Programme"},

    Entry{Word::all_well, "All is well", "Alles in Ordnung"},
    Entry{Word::alarm_one, "1 alarm", "1 Alarm"},
    Entry{Word::alarm_many, "{} alarms", "{} Alarme"},
    Entry{Word::held_one, "1 parcel held", "1 Paket angehalten"},
    Entry{Word::held_many, "{} parcels held", "{} Pakete angehalten"},
    Entry{Word::refused_note_one, "1 parcel was refused and is not sent",
          "1 Paket wurde abgelehnt und wird nicht gesendet"},
    Entry{Word::refused_note_many, "{} parcels were refused and are not sent",
          "{} Pakete wurden abgelehnt und werden nicht gesendet"},
    Entry{Word::away_one, "1 destination away", "1 Ziel nicht erreichbar"},
    Entry{Word::away_many, "{} destinations away", "{} Ziele nicht erreichbar"},

    Entry{Word::glance, "At a glance", "Auf einen Blick"},
    Entry{Word::today, "Delivered today", "Heute zugestellt"},
    Entry{Word::week, "In 7 days", "In 7 Tagen"},
    Entry{Word::on_their_way, "On their way", "Unterwegs"},
    Entry{Word::to_send, "To send", "Zu senden"},
    Entry{Word::held, "Held", "Angehalten"},
    Entry{Word::refused, "Refused", "Abgelehnt"},
    Entry{Word::withdrawn, "Withdrawn", "Widerrufen"},
    Entry{Word::week_caption, "Delivered each day", "Zugestellt je Tag"},
    Entry{Word::day, "Day", "Tag"},
    Entry{Word::parcels, "parcels", "Pakete"},
    Entry{Word::size, "Size", "Größe"},

    Entry{Word::alarms, "Alarms", "Alarme"},
    Entry{Word::since, "since {}", "seit {}"},
    Entry{Word::cure, "What to do: ", "Was zu tun ist: "},
    Entry{Word::stuck, "Held and refused", "Angehalten und abgelehnt"},
    Entry{Word::stuck_caption,
          "Parcels that are held, then those that are refused, newest first, with reason and what to do",
          "Angehaltene, dann abgelehnte Pakete, die neuesten zuerst, mit Grund und Abhilfe"},
    Entry{Word::moving, "On their way", "Unterwegs"},
    Entry{Word::moving_caption, "Parcels that are being worked on, with progress", "Pakete in Arbeit, mit Fortschritt"},
    Entry{Word::waiting_more, "in the queue", "in der Warteschlange"},
    Entry{Word::runs, "Runs", "Läufe"},
    Entry{Word::runs_caption, "Runs, newest first, and how many of their parcels are at each station",
          "Läufe, die neuesten zuerst, und wie viele ihrer Pakete an jeder Station sind"},
    Entry{Word::delivered, "Delivered", "Zugestellt"},
    Entry{Word::delivered_caption, "Delivered parcels, newest first", "Zugestellte Pakete, die neuesten zuerst"},
    Entry{Word::ended, "Withdrawn and cancelled", "Widerrufen und abgebrochen"},
    Entry{Word::waiting_list, "In the queue", "In der Warteschlange"},
    Entry{Word::none_stuck, "Nothing is held or refused.", "Nichts ist angehalten oder abgelehnt."},
    Entry{Word::none_moving, "Nothing is on its way.", "Nichts ist unterwegs."},
    Entry{Word::none_runs, "No run folder seen yet.", "Noch kein Laufordner gesehen."},
    Entry{Word::none_delivered, "Nothing delivered yet.", "Noch nichts zugestellt."},
    Entry{Word::none_here, "Nothing is here.", "Hier ist nichts."},
    Entry{Word::show_all, "All: {}", "Alle: {}"},
    Entry{Word::older, "Further", "Weiter"},
    Entry{Word::newer, "To the beginning", "Zum Anfang"},
    Entry{Word::newest, "newest first", "die neuesten zuerst"},
    Entry{Word::back, "Overview", "Übersicht"},
    Entry{Word::of_run, "Parcels of run {}", "Pakete des Laufs {}"},
    Entry{Word::list_caption, "Parcels, with state, reason and progress", "Pakete mit Zustand, Grund und Fortschritt"},

    Entry{Word::state, "State", "Zustand"},
    Entry{Word::sample, "Sample", "Probe"},
    Entry{Word::destination, "Destination", "Ziel"},
    Entry{Word::run, "Run", "Lauf"},
    Entry{Word::reason, "Reason and what to do", "Grund und Abhilfe"},
    Entry{Word::progress, "Progress", "Fortschritt"},
    Entry{Word::next, "Next", "Als Nächstes"},
    Entry{Word::time, "Time", "Zeit"},
    Entry{Word::folder, "Folder", "Ordner"},
    Entry{Word::consent, "Consent", "Einwilligung"},
    Entry{Word::seal, "Seal", "Siegel"},
    Entry{Word::queue, "Queue", "Warten"},
    Entry{Word::push, "Upload", "Senden"},
    Entry{Word::ingest, "Ingest", "Aufnahme"},
    Entry{Word::station_passed, "passed", "durchlaufen"},
    Entry{Word::station_none, "none", "keine"},
    Entry{Word::samples, "samples", "Proben"},
    Entry{Word::taken_back, "{} taken back or cancelled", "{} zurückgenommen oder abgebrochen"},
    Entry{Word::instrument, "Instrument", "Gerät"},

    Entry{Word::s_waiting, "waiting", "wartet"},
    Entry{Word::s_sealing, "sealing", "wird versiegelt"},
    Entry{Word::s_queued, "queued", "eingereiht"},
    Entry{Word::s_uploading, "uploading", "wird gesendet"},
    Entry{Word::s_registered, "registered", "registriert"},
    Entry{Word::s_ingesting, "ingesting", "wird aufgenommen"},
    Entry{Word::s_delivered, "delivered", "zugestellt"},
    Entry{Word::s_held, "held", "angehalten"},
    Entry{Word::s_refused, "refused", "abgelehnt"},
    Entry{Word::s_withdrawing, "withdrawing", "wird zurückgeholt"},
    Entry{Word::s_withdrawn, "withdrawn", "widerrufen"},
    Entry{Word::s_cancelled, "cancelled", "abgebrochen"},
    Entry{Word::s_unrecognised, "not recognised", "nicht erkannt"},
    Entry{Word::s_running, "sequencing", "sequenziert"},
    Entry{Word::s_settling, "settling", "kommt zur Ruhe"},
    Entry{Word::s_settled, "complete", "vollständig"},
    Entry{Word::s_failed, "failed", "fehlgeschlagen"},
    Entry{Word::s_unclear, "unclear", "unklar"},

    Entry{Word::sent_of, "of {}", "von {}"},
    Entry{Word::per_second, "{}/s", "{}/s"},
    Entry{Word::left, "{} left", "noch {}"},
    Entry{Word::tried_again, "tried again {}", "neuer Versuch {}"},
    Entry{Word::attempts, "attempt {}", "Versuch {}"},

    Entry{Word::destinations, "Destinations", "Ziele"},
    Entry{Word::destinations_caption, "Destinations with their health, last delivery and what waits for them",
          "Ziele mit ihrem Zustand, der letzten Zustellung und dem, was auf sie wartet"},
    Entry{Word::good, "good", "gut"},
    Entry{Word::paused, "paused", "pausiert"},
    Entry{Word::paused_until, "paused until {}", "pausiert bis {}"},
    Entry{Word::away, "away", "nicht erreichbar"},
    Entry{Word::waits, "waiting", "wartet"},
    Entry{Word::last_delivery, "Last delivery", "Letzte Zustellung"},
    Entry{Word::never, "none yet", "noch keine"},
    Entry{Word::nothing_waits, "nothing waits", "nichts wartet"},
    Entry{Word::next_try, "next attempt {}", "nächster Versuch {}"},
    Entry{Word::tries, "{} tries so far", "{} Versuche bisher"},
    Entry{Word::all_destinations, "All destinations", "Alle Ziele"},

    Entry{Word::papers, "Certificates and tokens", "Zertifikate und Token"},
    Entry{Word::papers_caption, "Files of the configuration and until when they are good",
          "Dateien der Konfiguration und wie lange sie gelten"},
    Entry{Word::paper, "File", "Datei"},
    Entry{Word::good_until, "until {}", "bis {}"},
    Entry{Word::ended_at, "ended {}", "abgelaufen {}"},
    Entry{Word::no_end, "tells no end", "nennt kein Ende"},
    Entry{Word::unreadable, "can not be read", "nicht lesbar"},
    Entry{Word::none_papers, "The configuration names none.", "Die Konfiguration nennt keine."},
    Entry{Word::storage, "Storage", "Speicher"},
    Entry{Word::storage_caption, "The disk of the state directory", "Die Platte des Zustandsordners"},
    Entry{Word::free, "Free", "Frei"},
    Entry{Word::reserve, "Sealing stops below", "Versiegelt wird nicht unter"},
    Entry{Word::retained, "Kept by hard links", "Durch harte Links gehalten"},
    Entry{Word::unknown, "unknown", "unbekannt"},

    Entry{Word::sign_in, "Sign in", "Anmelden"},
    Entry{Word::sign_in_why, "To retry, hold, release, cancel, pause or resume",
          "Für Wiederholen, Anhalten, Freigeben, Abbrechen, Pausieren, Fortsetzen"},
    Entry{Word::token, "Token of this page", "Token dieser Seite"},
    Entry{Word::sign_out, "Sign out", "Abmelden"},
    Entry{Word::signed_in, "Signed in", "Angemeldet"},
    Entry{Word::retry, "Retry", "Wiederholen"},
    Entry{Word::hold, "Hold", "Anhalten"},
    Entry{Word::release, "Release", "Freigeben"},
    Entry{Word::cancel, "Cancel …", "Abbrechen …"},
    Entry{
        Word::cancel_ask,
        "Cancel parcel {}? That can not be undone: it is never sent, and what is at the destination already is taken "
        "back.",
        "Paket {} abbrechen? Das lässt sich nicht rückgängig machen: Es wird nie gesendet, und was schon am Ziel ist, "
        "wird zurückgeholt."},
    Entry{Word::cancel_now, "Cancel it for good", "Endgültig abbrechen"},
    Entry{Word::cancel_not, "Leave it as it is", "So lassen"},
    Entry{Word::pause, "Pause", "Pausieren"},
    Entry{Word::resume, "Resume", "Fortsetzen"},
    Entry{Word::wrong_token, "That is not the token.", "Das ist nicht das Token."},
    Entry{Word::too_many, "Too many wrong tokens; wait a minute.", "Zu viele falsche Token; bitte eine Minute warten."},
    Entry{Word::expired, "That form is too old, or you are signed out: please try again.",
          "Das Formular ist zu alt oder Sie sind abgemeldet: bitte noch einmal."},
    Entry{Word::did_retry, "Tried again at once: {}", "Wird sofort erneut versucht: {}"},
    Entry{Word::did_hold, "Held until it is released: {}", "Angehalten bis zur Freigabe: {}"},
    Entry{Word::did_release, "Released: {}", "Freigegeben: {}"},
    Entry{Word::did_cancel, "Cancelled: {}", "Abgebrochen: {}"},
    Entry{Word::did_pause, "No uploads any more to: {}", "Keine Sendungen mehr an: {}"},
    Entry{Word::did_resume, "Uploads go on to: {}", "Sendungen gehen weiter an: {}"},
    Entry{Word::did_nothing, "Nothing to do, it moved on meanwhile: {}",
          "Nichts zu tun, es ging inzwischen weiter: {}"},
    Entry{Word::just_shows, "This page only shows. With status.token_file in the configuration it also acts.",
          "Diese Seite zeigt nur. Mit status.token_file in der Konfiguration kann sie auch handeln."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].word != static_cast<Word>(i)) return false;
  }
  return entries.size() == static_cast<std::size_t>(Word::count_);
}
static_assert(in_order(), "every word once, in the order of the enumeration");

}  // namespace

std::string_view said(Language language, Word word) {
  const auto& entry = entries[static_cast<std::size_t>(word)];
  return language == Language::de ? entry.de : entry.en;
}

std::string said(Language language, Word word, std::string_view value) {
  std::string out(said(language, word));
  if (const auto at = out.find("{}"); at != std::string::npos) out.replace(at, 2, value);
  return out;
}

}  // namespace tributary::status
