// agent/config/section.hpp: a map of the configuration after its table has been applied: known keys only, typed.
//
// A key with a problem is in here with its fallback: whoever builds on it goes on and finds the next problem.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/key_table.hpp"
#include "agent/config/problems.hpp"
#include "agent/config/values.hpp"

namespace tributary::config {

class Section {
 public:
  struct Value {
    Place place;
    bool given = false;    // stands in the file, and not as null
    bool is_null = false;  // stands in the file as null
    Scalar scalar;
    std::vector<Scalar> list;
    std::vector<Place> list_places;
    std::vector<Section> sections;         // of map (at most one) and maps
    const yaml::Node* settings = nullptr;  // of settings
  };

  /// The node outlives the section.
  static Section read(const Table& table, const yaml::Node& node, const Place& place, const std::string& folder,
                      Problems& problems);

  [[nodiscard]] const Place& place() const { return place_; }
  [[nodiscard]] const Value& value(std::string_view key) const;  // of any key of the table
  [[nodiscard]] const Place& place(std::string_view key) const { return value(key).place; }
  [[nodiscard]] bool given(std::string_view key) const { return value(key).given; }
  [[nodiscard]] const std::string& text(std::string_view key) const { return value(key).scalar.text; }
  [[nodiscard]] std::int64_t number(std::string_view key) const { return value(key).scalar.number; }
  [[nodiscard]] bool flag(std::string_view key) const { return value(key).scalar.flag; }
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  [[nodiscard]] const Section* section(std::string_view key) const;
  [[nodiscard]] const std::vector<Section>& sections(std::string_view key) const { return value(key).sections; }
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  void read_members(const Table& table, const yaml::Node& node, Problems& problems);
  void fill_missing(const Table& table, Problems& problems);
  void read_value(const Key& key, const yaml::Node& node, Value& value, Problems& problems) const;
  void read_list(const Key& key, const yaml::Node& node, Value& value, Problems& problems) const;

  Place place_;
  std::string folder_;
  std::map<std::string, Value, std::less<>> values_;
};

/// The hint for a word that is none of the known ones.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace tributary::config
