// agent/status/page.hpp: the status page as HTML 5.
//
// Whole in itself: style, script and icon come from the same program; nothing from elsewhere. Works without the script.
// Never      lets a text through that a browser would take for markup (html.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/status/overview.hpp"
#include "agent/status/words.hpp"

namespace tributary::status {

/// Who looks, and what they may do.
struct View {
  std::int64_t now = 0;  // UTC seconds: what is shown was true then
  Language language = Language::en;
  bool chosen = false;       // by `?lang=`: links keep it
  bool can_sign_in = false;  // the configuration has a token
  std::string csrf;          // of whom is signed in; "": nobody is
  Told told;                 // of the last action
  std::string cancel;        // a parcel that is asked about before it is cancelled
  std::string place;         // query of the list of parcels that this is, to come back to; "": the page
};

/// `GET /`
std::string page(const Overview& overview, const View& view);

/// A list on a page of its own.
struct List {
  Word title;
  std::string about;    // the value in the title, if it has one
  std::string query;    // of the list itself: "show=stuck"
  std::string further;  // the same of what comes after; "": nothing does
  bool is_first = true;
};
/// `GET /parcels`
std::string parcels_page(const Overview& overview, const Shelved& parcels, const List& list, const View& view);
/// `GET /runs`
std::string runs_page(const Overview& overview, const Runs& runs, const List& list, const View& view);

// The rest of what the program serves to browsers.
std::string_view style_sheet();
std::string_view script();
std::string_view icon();

}  // namespace tributary::status
