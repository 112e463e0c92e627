// agent/status/words.hpp: every word of the page, in English and German, and numbers and times as both write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::status {

enum class Language : std::uint8_t { en, de };
std::string_view code_of(Language language);  // "en", "de"
/// `wish` as in `?lang=`, when it is one of ours; else the best of Accept-Language (RFC 9110 section 12.5.4); else
/// English.
Language choose_language(std::string_view wish, std::string_view accept_language);

enum class Word : std::uint8_t {
  // the frame
  skip,
  language,
  at_site,
  seen,
  version,
  machine_times,
  reload,
  live,
  not_live,
  footer_machines,
  // how it is
  all_well,
  alarm_one,
  alarm_many,
  held_one,
  held_many,
  refused_note_one,
  refused_note_many,
  away_one,
  away_many,
  // at a glance
  glance,
  today,
  week,
  on_their_way,
  to_send,
  held,
  refused,
  withdrawn,
  week_caption,
  day,
  parcels,
  size,
  // lists
  alarms,
  since,
  cure,
  stuck,
  stuck_caption,
  moving,
  moving_caption,
  waiting_more,
  runs,
  runs_caption,
  delivered,
  delivered_caption,
  ended,
  waiting_list,
  none_stuck,
  none_moving,
  none_runs,
  none_delivered,
  none_here,
  show_all,
  older,
  newer,
  newest,
  back,
  of_run,
  list_caption,
  // columns
  state,
  sample,
  destination,
  run,
  reason,
  progress,
  next,
  time,
  folder,
  consent,
  seal,
  queue,
  push,
  ingest,
  station_passed,
  station_none,
  samples,
  taken_back,
  instrument,
  // states of parcels and runs
  s_waiting,
  s_sealing,
  s_queued,
  s_uploading,
  s_registered,
  s_ingesting,
  s_delivered,
  s_held,
  s_refused,
  s_withdrawing,
  s_withdrawn,
  s_cancelled,
  s_unrecognised,
  s_running,
  s_settling,
  s_settled,
  s_failed,
  s_unclear,
  // progress
  sent_of,
  per_second,
  left,
  tried_again,
  attempts,
  // destinations
  destinations,
  destinations_caption,
  good,
  paused,
  paused_until,
  away,
  waits,
  last_delivery,
  never,
  nothing_waits,
  next_try,
  tries,
  all_destinations,
  // papers and storage
  papers,
  papers_caption,
  paper,
  good_until,
  ended_at,
  no_end,
  unreadable,
  none_papers,
  storage,
  storage_caption,
  free,
  reserve,
  retained,
  unknown,
  // acting
  sign_in,
  sign_in_why,
  token,
  sign_out,
  signed_in,
  retry,
  hold,
  release,
  cancel,
  cancel_ask,
  cancel_now,
  cancel_not,
  pause,
  resume,
  wrong_token,
  too_many,
  expired,
  did_retry,
  did_hold,
  did_release,
  did_cancel,
  did_pause,
  did_resume,
  did_nothing,
  just_shows,
  count_,  // of the words above
};
/// What became of an action; errors are the journal's and English.
struct Told {
  std::string sentence;
  bool is_error = false;
};

std::string_view said(Language language, Word word);
/// The word with its `{}` replaced.
std::string said(Language language, Word word, std::string_view value);

std::string show_count(Language language, std::int64_t number);
std::string show_bytes(Language language, std::int64_t bytes);
std::string show_span(Language language, std::int64_t seconds);
/// Local time of this machine: `14:05` on the day of `now`, otherwise with the day before it.
std::string show_moment(Language language, std::int64_t utc_s, std::int64_t now_utc_s);
std::string show_weekday(Language language, std::int64_t utc_s);
/// How this machine calls its time: "CET".
std::string zone_now(std::int64_t utc_s);

}  // namespace tributary::status
