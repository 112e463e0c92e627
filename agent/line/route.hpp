// agent/line/route.hpp: the whole way of a parcel on one screen.
//
//  stage        station    done         later              refused             broken
//  waiting      plan       sealing      waiting, asked     refused             held
//  sealing      seal       queued       sealing, T         refused             held
//  queued       push       uploading    -                  -                   -
//  uploading    push       registered   uploading, T       refused (1)         held
//  registered   ingest     ingesting    registered, T      held (2)            held
//  ingesting    ingest     delivered    ingesting, T       held (2)            held
//  delivered    -          -            -                  -                   -
//  withdrawing  withdraw   withdrawn    withdrawing, T     held (3)            held
//
//  T    not before a time that grows with the attempts, with jitter, up to six hours; the far side's own word counts.
//  (1)  a changed source, rules that changed since it was sealed (rules.hpp), or a recipe that can not be read: back to
//       waiting, and sealed afresh with a new key.
//  (2)  the data is at the far side: a person decides whether it is ingested again or withdrawn.
//  (3)  the far side can not delete by its protocol: a signed request for its desk is written.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "agent/base/log.hpp"
#include "agent/base/result.hpp"
#include "agent/journal/journal.hpp"

namespace tributary::line {

struct Hop {
  journal::Stage stage;
  std::string_view station;
  journal::Stage done;
  journal::Stage later;
  journal::Condition refused;
  journal::Condition broken;
};

inline constexpr std::array route{
    Hop{journal::Stage::waiting, "plan", journal::Stage::sealing, journal::Stage::waiting, journal::Condition::refused,
        journal::Condition::held},
    Hop{journal::Stage::sealing, "seal", journal::Stage::queued, journal::Stage::sealing, journal::Condition::refused,
        journal::Condition::held},
    Hop{journal::Stage::queued, "push", journal::Stage::uploading, journal::Stage::queued, journal::Condition::refused,
        journal::Condition::held},
    Hop{journal::Stage::uploading, "push", journal::Stage::registered, journal::Stage::uploading,
        journal::Condition::refused, journal::Condition::held},
    Hop{journal::Stage::registered, "ingest", journal::Stage::ingesting, journal::Stage::registered,
        journal::Condition::held, journal::Condition::held},
    Hop{journal::Stage::ingesting, "ingest", journal::Stage::delivered, journal::Stage::ingesting,
        journal::Condition::held, journal::Condition::held},
    Hop{journal::Stage::withdrawing, "withdraw", journal::Stage::withdrawn, journal::Stage::withdrawing,
        journal::Condition::held, journal::Condition::held},
};

/// For the log: a parcel at the station of its stage.
About about(const journal::ParcelRow& row);

/// What an error at a stage means for the parcel. `chance` in [0, 1) is the jitter.
journal::Journal::Outcome outcome_of(journal::Stage stage, const Error& error, std::int64_t attempts,
                                     std::int64_t now_utc_s, double chance);

inline constexpr std::int64_t look_every_s = 60;            // a polling round: run folders, sources of consent
inline constexpr std::int64_t ask_again_after_s = 15 * 60;  // for samples whose consent is not known

inline constexpr std::int64_t longest_far_delay_s = 24 * 3600;  // that the far side may ask for

/// Seconds to wait after so many attempts: 15 s doubled each time, at most six hours, half of it by chance.
std::int64_t back_off_s(std::int64_t attempts, double chance);

}  // namespace tributary::line
