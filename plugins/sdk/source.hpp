// plugins/sdk/source.hpp: C++ sugar over the consent and the pseudonym half of the plugin ABI, header only.
//
// A source is a class with
//     explicit Thing(const sdk::Host&);
//     void probe();
//     std::string revision();     // the outcomes that it throws leave the word empty
// and, of consents (`consent_ops<Thing>`; the last two may be left out)
//     void ask(const std::string& sample, const sdk::SubjectSink&);
//     void words(const sdk::WordSink&);
//     void ask_subject(const std::string& subject, const sdk::SubjectSink&);
// or, of pseudonyms (`pseudonym_ops<Thing>`),
//     void ask(const tributary_pseudonym_query*, std::uint32_t count, const tributary_pseudonym_sink&);
// that throws Later, Refused or Broken.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "plugins/sdk/sdk.hpp"

namespace tributary::sdk {

/// One consent as the agent evaluates it: tributary_consent_record in C++.
struct Record {
  std::string id, status, terms, from, until;
  friend bool operator==(const Record&, const Record&) = default;
};

/// Tells the host what is known of a person. Nothing is kept here.
class SubjectSink {
 public:
  explicit SubjectSink(const tributary_subject_sink* sink) : sink_(sink) {}
  void subject(const std::string& id) const { sink_->subject(sink_->self, id.c_str()); }
  void record(const Record& told) const {
    const tributary_consent_record record{sizeof record,      told.id.c_str(),   told.status.c_str(),
                                          told.terms.c_str(), told.from.c_str(), told.until.c_str()};
    sink_->record(sink_->self, &record);
  }
  void attribute(const std::string& name, const std::string& value, bool identifying) const {
    sink_->attribute(sink_->self, name.c_str(), value.c_str(), identifying ? 1 : 0);
  }

 private:
  const tributary_subject_sink* sink_;
};

/// Tells the host words that must not be found in what leaves.
class WordSink {
 public:
  explicit WordSink(const tributary_word_sink* sink) : sink_(sink) {}
  void word(const std::string& kind, const std::string& value) const {
    sink_->word(sink_->self, kind.c_str(), value.c_str());
  }

 private:
  const tributary_word_sink* sink_;
};

namespace detail {

template <typename Thing>
Thing& thing(void* self) {
  return *static_cast<Thing*>(self);
}

template <typename Thing>
tributary_outcome open_source(const tributary_host* host, void** self, tributary_note* note) {
  return fence(note, [&] { *self = std::make_unique<Thing>(Host(host)).release(); });
}

template <typename Thing>
tributary_outcome probe_source(void* self, tributary_note* note) {
  return fence(note, [&] { thing<Thing>(self).probe(); });
}

template <typename Thing>
void revision_of_source(void* self, char* into, std::uint32_t room) {
  if (room == 0) return;
  into[0] = '\0';
  fence(nullptr, [&] { fill(into, room, thing<Thing>(self).revision()); });
}

template <typename Thing>
void close_source(void* self) {
  const std::unique_ptr<Thing> last(static_cast<Thing*>(self));
}

template <typename Thing>
tributary_outcome ask_sample(void* self, const char* sample, const tributary_subject_sink* sink, tributary_note* note) {
  return fence(note, [&] { thing<Thing>(self).ask(sample, SubjectSink(sink)); });
}

template <typename Thing>
constexpr decltype(tributary_consent_ops::words) words_of() {
  if constexpr (requires(Thing& source, const WordSink& sink) { source.words(sink); }) {
    return [](void* self, const tributary_word_sink* sink, tributary_note* note) {
      return fence(note, [&] { thing<Thing>(self).words(WordSink(sink)); });
    };
  }
  return nullptr;
}

template <typename Thing>
constexpr decltype(tributary_consent_ops::ask_subject) ask_subject_of() {
  if constexpr (requires(Thing& source, const SubjectSink& sink) { source.ask_subject(std::string(), sink); }) {
    return [](void* self, const char* subject, const tributary_subject_sink* sink, tributary_note* note) {
      return fence(note, [&] { thing<Thing>(self).ask_subject(subject, SubjectSink(sink)); });
    };
  }
  return nullptr;
}

template <typename Thing>
tributary_outcome ask_pseudonyms(void* self, const tributary_pseudonym_query* queries, std::uint32_t count,
                                 const tributary_pseudonym_sink* sink, tributary_note* note) {
  return fence(note, [&] { thing<Thing>(self).ask(queries, count, *sink); });
}

}  // namespace detail

template <typename Thing>
inline constexpr tributary_consent_ops consent_ops = {
    sizeof(tributary_consent_ops), &detail::open_source<Thing>,        &detail::probe_source<Thing>,
    &detail::ask_sample<Thing>,    &detail::revision_of_source<Thing>, &detail::close_source<Thing>,
    detail::words_of<Thing>(),     detail::ask_subject_of<Thing>(),
};

template <typename Thing>
inline constexpr tributary_pseudonym_ops pseudonym_ops = {
    sizeof(tributary_pseudonym_ops), &detail::open_source<Thing>,        &detail::probe_source<Thing>,
    &detail::ask_pseudonyms<Thing>,  &detail::revision_of_source<Thing>, &detail::close_source<Thing>,
};

}  // namespace tributary::sdk
