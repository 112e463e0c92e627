// agent/config/tables.cpp: every key of the configuration.
#include <algorithm>

#include "agent/config/key_table.hpp"

namespace tributary::config {
namespace {

constexpr std::int64_t kib = 1024;
constexpr std::int64_t mib = 1024 * kib;
constexpr std::int64_t gib = 1024 * mib;
constexpr std::int64_t day_s = 86400;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool fits_site(std::string_view text) {
  return text.size() >= 2 && text.size() <= 32 &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
}
bool fits_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && (is_lower_or_digit(text[0]) || is_upper(text[0])) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_or_digit(c) || is_upper(c) || c == '-' || c == '_' || c == '.'; });
}
bool fits_plugin(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_lower_or_digit(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '-' || c == '_'; });
}
bool fits_country(std::string_view text) { return text.size() == 2 && is_upper(text[0]) && is_upper(text[1]); }
bool fits_region(std::string_view text) { return fits_country(text) || text == "EEA" || text == "EU/EEA"; }
bool fits_mondo(std::string_view text) {
  return text.size() == 13 && text.substr(0, 6) == "MONDO:" &&
         std::all_of(text.begin() + 6, text.end(), [](char c) { return is_digit(c); });
}
bool fits_anything(std::string_view text) { return !text.empty() && text.size() <= 4096; }

constexpr Form site_form{"^[a-z0-9-]{2,32}$", "2 to 32 of a-z, 0-9 and '-'", fits_site};
constexpr Form name_form{"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", "1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'", fits_name};
constexpr Form plugin_form{"^[a-z0-9][a-z0-9_-]{0,63}$", "the name of a plugin: a-z, 0-9, '_' and '-'", fits_plugin};
constexpr Form country_form{"^[A-Z]{2}$", "an ISO 3166-1 alpha-2 code such as DE", fits_country};
constexpr Form region_form{"^([A-Z]{2}|EEA|EU/EEA)$", "an ISO 3166-1 alpha-2 code such as DE, EU, EEA or EU/EEA",
                           fits_region};
constexpr Form mondo_form{"^MONDO:[0-9]{7}$", "a MONDO CURIE such as MONDO:0007254", fits_mondo};
constexpr Form filled_form{"^.{1,4096}$", "text of 1 to 4,096 bytes", fits_anything};

constexpr Key run_folder_keys[] = {
    {.name = "path", .type = Type::path, .help = "a directory; each direct child is one run folder", .required = true},
    {.name = "instrument",
     .help = "auto, or the name of an instrument plugin",
     .fallback = "auto",
     .form = &plugin_form},
    {.name = "settle",
     .type = Type::duration,
     .help = "how long nothing listed may have changed",
     .fallback = "10m",
     .least = 0,
     .most = 30 * day_s},
    {.name = "retain",
     .type = Type::word,
     .help = "source, or link: hard links in state_dir until delivered",
     .fallback = "source",
     .words = "source link"},
};
constexpr Table run_folder_table{"run folder", run_folder_keys};

constexpr Key identity_keys[] = {
    {.name = "key_file",
     .type = Type::secret_path,
     .help = "ECDSA P-256 key in PEM; signs every manifest",
     .required = true},
};
constexpr Table identity_table{"identity of the site", identity_keys};

constexpr Key auth_keys[] = {
    {.name = "type",
     .type = Type::word,
     .help = "how the destination knows us",
     .fallback = "none",
     .words = "none basic bearer oauth2"},
    {.name = "username", .help = "basic: name of the account", .form = &filled_form},
    {.name = "password_file", .type = Type::secret_path, .help = "basic: file with the password"},
    {.name = "token_file", .type = Type::secret_path, .help = "bearer: file with the token"},
    {.name = "token_url", .type = Type::url, .help = "oauth2: where tokens are given out"},
    {.name = "client_id", .help = "oauth2: id of this client", .form = &filled_form},
    {.name = "client_secret_file", .type = Type::secret_path, .help = "oauth2: file with the client's secret"},
    {.name = "private_key_file", .type = Type::secret_path, .help = "oauth2: key for private_key_jwt, PEM"},
    {.name = "key_id", .help = "oauth2: `kid` of that key, when the server asks for one", .form = &filled_form},
    {.name = "scope", .help = "oauth2: scope to ask for", .form = &filled_form},
    {.name = "audience", .help = "oauth2: audience to ask for", .form = &filled_form},
};
constexpr Table auth_table{"authorisation", auth_keys};

constexpr Key tls_keys[] = {
    {.name = "ca_file", .type = Type::path, .help = "certificates to trust, PEM; default: those of the system"},
    {.name = "cert_file", .type = Type::path, .help = "our own certificate, PEM, where the far side asks for one"},
    {.name = "key_file", .type = Type::secret_path, .help = "the key of our certificate, PEM"},
    {.name = "server_name",
     .help = "name to expect in the far side's certificate; default: host of the url",
     .form = &filled_form},
};
constexpr Table tls_table{"TLS", tls_keys};

constexpr Key pseudonym_keys[] = {
    {.name = "key_file",
     .type = Type::secret_path,
     .help = "32 random bytes; pseudonyms (plugin hmac), masked read names and the journal's seal are made with them",
     .required = true},
    {.name = "plugin",
     .help = "who gives pseudonyms: hmac (the key), or a pseudonym plugin: file, http",
     .fallback = "hmac",
     .form = &plugin_form},
    {.name = "settings", .type = Type::settings, .help = "keys of the plugin"},
    {.name = "auth", .type = Type::map, .help = "credentials for the plugin's url", .table = &auth_table},
    {.name = "tls", .type = Type::map, .help = "certificates", .table = &tls_table},
    {.name = "proxy", .help = "http://host:port", .form = &filled_form},
};
constexpr Table pseudonym_table{"pseudonyms", pseudonym_keys};

constexpr Key attribute_keys[] = {
    {.name = "family",
     .help = "the id of the family, the same for all of its members",
     .fallback = "family_id",
     .form = &filled_form},
    {.name = "family_size", .help = "how many members the family has", .fallback = "family_size", .form = &filled_form},
    {.name = "country",
     .help = "the country that a person's data come from, ISO 3166-1 alpha-2",
     .fallback = "country",
     .form = &filled_form},
};
constexpr Table attribute_table{"attributes of a person", attribute_keys};

constexpr Key subject_keys[] = {
    {.name = "name", .help = "name of this source", .required = true, .form = &name_form},
    {.name = "plugin", .help = "a consent plugin: csv, fhir, gics or optout", .required = true, .form = &plugin_form},
    {.name = "settings", .type = Type::settings, .help = "keys of the plugin"},
    {.name = "documents",
     .type = Type::word,
     .help = "optional: a person whom it knows without a consent is left to the other sources; required: is held",
     .fallback = "required",
     .words = "required optional"},
    {.name = "attributes",
     .type = Type::map,
     .help = "which attributes (columns) of the source tell what policies ask for",
     .table = &attribute_table},
    {.name = "auth", .type = Type::map, .help = "credentials for the plugin's url", .table = &auth_table},
    {.name = "tls", .type = Type::map, .help = "certificates", .table = &tls_table},
    {.name = "proxy", .help = "http://host:port", .form = &filled_form},
};

constexpr Key reidentify_keys[] = {
    {.name = "approval",
     .type = Type::word,
     .help = "second-person: another user approves each request before it is answered",
     .fallback = "none",
     .words = "none second-person"},
};
constexpr Table reidentify_table{"re-identification", reidentify_keys};

constexpr Key ingest_keys[] = {
    {.name = "plugin", .help = "an ingest plugin, e.g. tes", .required = true, .form = &plugin_form},
    {.name = "settings", .type = Type::settings, .help = "keys of the plugin"},
};
constexpr Table ingest_table{"ingest", ingest_keys};

constexpr Key destination_keys[] = {
    {.name = "name",
     .help = "name of this destination; part of every pseudonym: never rename it",
     .required = true,
     .form = &name_form},
    {.name = "plugin", .help = "a destination plugin, e.g. drs or folder", .required = true, .form = &plugin_form},
    {.name = "settings",
     .type = Type::settings,
     .help = "keys of the plugin, and part_size, max_parts, controlled_access"},
    {.name = "auth", .type = Type::map, .help = "credentials", .table = &auth_table},
    {.name = "tls", .type = Type::map, .help = "certificates", .table = &tls_table},
    {.name = "proxy", .help = "http://host:port", .form = &filled_form},
    {.name = "upload_rate",
     .type = Type::rate,
     .help = "of this destination, within limits.upload_rate; null = no limit of its own",
     .nullable = true},
    {.name = "stall_timeout",
     .type = Type::duration,
     .help = "a connection on which so long next to nothing moves is given up, and a new one made",
     .fallback = "60s",
     .least = 5,
     .most = 3600},
    {.name = "recipients",
     .type = Type::list,
     .help = "Crypt4GH public keys; one encrypted copy readable by all of them",
     .required = true,
     .element = Type::path},
    {.name = "verify_after",
     .type = Type::word,
     .help = "proof before a parcel counts as delivered: head compares size and digest as the repository tells them; "
             "sample reads 16 segments or more back; full reads all back; none believes",
     .fallback = "head",
     .words = "none head sample full"},
    {.name = "ingest",
     .type = Type::map,
     .help = "what the repository runs once the objects are registered",
     .table = &ingest_table},
};

constexpr Key purpose_keys[] = {
    {.name = "use", .help = "NRES, GRU, HMB, DS or POA, or a DUO CURIE", .required = true, .form = &filled_form},
    {.name = "disease", .help = "MONDO CURIE; needed when use is DS", .form = &mondo_form},
    {.name = "commercial", .type = Type::flag, .help = "true when the use is commercial", .fallback = "false"},
    {.name = "organisation",
     .type = Type::word,
     .help = "what the receiving organisation is",
     .fallback = "non-profit",
     .words = "non-profit for-profit"},
    {.name = "country", .help = "where the data is used, ISO 3166-1 alpha-2", .form = &country_form},
    {.name = "project", .help = "the approved project, compared with DUO PS", .form = &filled_form},
    {.name = "institution", .help = "the approved institution, compared with DUO IS", .form = &filled_form},
    {.name = "methods",
     .type = Type::flag,
     .help = "true when methods are developed on the data (DUO NMDS)",
     .fallback = "false"},
    {.name = "research", .help = "the type of research, compared with DUO RS", .form = &filled_form},
    {.name = "accepts",
     .type = Type::list,
     .help = "obligations of DUO that the receiver has agreed to; consents with others are held",
     .fallback = "[]",
     .words = "COL IRB PUB RTN MOR US",
     .element = Type::word},
};
constexpr Table purpose_table{"purpose", purpose_keys};

constexpr Key samples_keys[] = {
    {.name = "project",
     .type = Type::list,
     .help = "globs; one must match the sample's project",
     .fallback = "[\"*\"]"},
    {.name = "name", .type = Type::list, .help = "globs; one must match a name of the sample", .fallback = "[\"*\"]"},
    {.name = "except", .type = Type::list, .help = "globs; none may match a name of the sample", .fallback = "[]"},
};
constexpr Table samples_table{"samples", samples_keys};

constexpr Key minimum_keys[] = {
    {.name = "size",
     .type = Type::size,
     .help = "of the sample's files together, without indices and joint files",
     .fallback = "0B",
     .least = 0,
     .most = 1024 * 1024 * gib},
    {.name = "kinds",
     .type = Type::list,
     .help = "kinds of which there must be a file each",
     .fallback = "[]",
     .words = "fastq bam cram vcf gvcf bcf bed report",
     .element = Type::word},
};
constexpr Table minimum_table{"minimum of a sample", minimum_keys};

constexpr Key policy_keys[] = {
    {.name = "name", .help = "name of this policy", .required = true, .form = &name_form},
    {.name = "destination", .help = "name of a destination", .required = true, .form = &name_form},
    {.name = "purpose",
     .type = Type::map,
     .help = "what the repository will do with the data",
     .required = true,
     .table = &purpose_table},
    {.name = "samples", .type = Type::map, .help = "which samples", .table = &samples_table},
    {.name = "files",
     .type = Type::list,
     .help = "kinds of files",
     .fallback = "[fastq, bam, cram, vcf]",
     .words = "fastq bam cram vcf gvcf bcf bed report",
     .element = Type::word},
    {.name = "minimum",
     .type = Type::map,
     .help = "the least that a sample must have; what has less is not taken",
     .table = &minimum_table},
    {.name = "require",
     .type = Type::word,
     .help = "all-of-family: the members of a family go together or not at all",
     .fallback = "each",
     .words = "each all-of-family"},
    {.name = "further_policies",
     .type = Type::word,
     .help = "skip: policies after this one do not take what it takes",
     .fallback = "look",
     .words = "look skip"},
    {.name = "read_names",
     .type = Type::word,
     .help = "mask: replace instrument, run and flow cell in read names",
     .fallback = "keep",
     .words = "keep mask"},
    {.name = "tags",
     .type = Type::word,
     .help = "optional fields of reads: known: by a list; all: unknown ones, too; none: read groups only",
     .fallback = "known",
     .words = "known all none"},
    {.name = "sites_without_variant",
     .type = Type::word,
     .help = "of joint VCF files: sites at which the sample has no variant; reference blocks of gVCF always stay",
     .fallback = "drop",
     .words = "drop keep"},
    {.name = "share",
     .type = Type::word,
     .help = "individual: data of single persons; aggregate is refused: this version makes none",
     .fallback = "individual",
     .words = "individual aggregate"},
    {.name = "priority",
     .type = Type::integer,
     .help = "of its uploads: one more has four times the share of the line; nobody is left without",
     .fallback = "5",
     .least = 0,
     .most = 9},
    {.name = "on_withdrawal",
     .type = Type::word,
     .help = "delete: ask the repository to delete; stop: send nothing more",
     .fallback = "delete",
     .words = "delete stop"},
    {.name = "on_restored",
     .type = Type::word,
     .help =
         "consent is given again after data was withdrawn: hold: for an operator to release; send: seal and send anew",
     .fallback = "hold",
     .words = "hold send"},
};

constexpr Key notification_keys[] = {
    {.name = "name", .help = "name of this way of telling", .required = true, .form = &name_form},
    {.name = "plugin", .help = "a notification plugin, e.g. webhook", .required = true, .form = &plugin_form},
    {.name = "settings", .type = Type::settings, .help = "keys of the plugin"},
    {.name = "events",
     .type = Type::list,
     .help = "what is told: parcels that are held or refused, certificates and tokens that expire, parcels that do not "
             "get on, warnings of the status",
     .fallback = "[held, refused, expiring, stalled, alarm]",
     .words = "held refused expiring stalled alarm",
     .element = Type::word},
    {.name = "every",
     .type = Type::duration,
     .help = "the first of a kind is told at once, what comes after it not before this has passed",
     .fallback = "24h",
     .least = 60,
     .most = 30 * day_s},
    {.name = "tell",
     .type = Type::word,
     .help = "counts: numbers and names of destinations; runs: also the names of the runs of held and refused parcels",
     .fallback = "counts",
     .words = "counts runs"},
    {.name = "auth", .type = Type::map, .help = "credentials for the plugin's url", .table = &auth_table},
    {.name = "tls", .type = Type::map, .help = "certificates", .table = &tls_table},
    {.name = "proxy", .help = "http://host:port", .form = &filled_form},
};

constexpr Key egress_keys[] = {
    {.name = "country", .help = "where this site is, ISO 3166-1 alpha-2", .form = &country_form},
    {.name = "keep_in",
     .type = Type::list,
     .help = "countries, or EU, EEA, EU/EEA, that their data never leave",
     .fallback = "[]",
     .form = &region_form},
    {.name = "unknown",
     .type = Type::word,
     .help = "what becomes of data when it is not known where they come from or go to",
     .fallback = "refuse",
     .words = "refuse hold send"},
};
constexpr Table egress_table{"egress", egress_keys};

constexpr Key part_keys[] = {
    {.name = "part_size",
     .type = Type::size,
     .help = "part of an upload; less on a slow line, more for an object that would need over max_parts",
     .fallback = "64MiB",
     .least = 64 * kib,
     .most = 5 * gib},
    {.name = "max_parts",
     .type = Type::integer,
     .help = "most parts of one object",
     .fallback = "1000",
     .least = 1,
     .most = 10000},
    {.name = "controlled_access", .type = Type::list, .help = "visa values that guard the objects", .fallback = "[]"},
};

}  // namespace

constexpr Table subject_table{"subject source", subject_keys};
constexpr Table destination_table{"destination", destination_keys};
constexpr Table policy_table{"policy", policy_keys};
constexpr Table notification_table{"notification", notification_keys};
constexpr Table parts_table{"parts", part_keys};

namespace {

constexpr Key main_keys[] = {
    {.name = "site", .help = "stamped on receipts, audit records and TES tags", .required = true, .form = &site_form},
    {.name = "state_dir",
     .type = Type::path,
     .help = "database, audit log, hard links",
     .fallback = "/var/lib/tributary"},
    {.name = "state_key_file",
     .type = Type::secret_path,
     .help = "seals paths, data keys and the linkage in the database; default: derived from pseudonyms.key_file"},
    {.name = "plugin_dir", .type = Type::path, .help = "plugins; default: found from where the program lies"},
    {.name = "run_folders",
     .type = Type::maps,
     .help = "where sequencers write",
     .required = true,
     .table = &run_folder_table},
    {.name = "subjects",
     .type = Type::maps,
     .help = "who a sample belongs to and what they agreed to; every source that knows the person must agree",
     .table = &subject_table},
    {.name = "mondo_file",
     .type = Type::path,
     .help = "mondo.obo: with it, consent to research on a disease covers research on its kinds"},
    {.name = "identity", .type = Type::map, .help = "the key that signs manifests", .table = &identity_table},
    {.name = "pseudonyms",
     .type = Type::map,
     .help = "who gives pseudonyms, and the key behind them",
     .required = true,
     .table = &pseudonym_table},
    {.name = "reidentify",
     .type = Type::map,
     .help = "how many persons it takes to learn who is behind a pseudonym",
     .table = &reidentify_table},
    {.name = "destinations", .type = Type::maps, .help = "national repositories", .table = &destination_table},
    {.name = "policies", .type = Type::maps, .help = "what goes where, and for which purpose", .table = &policy_table},
    {.name = "egress", .type = Type::map, .help = "data that must stay where they come from", .table = &egress_table},
    {.name = "notifications",
     .type = Type::maps,
     .help = "who is told what an operator must see to",
     .table = &notification_table},
    {.name = "limits", .type = Type::map, .help = "what the daemon may use", .table = &limits_table},
    {.name = "retention",
     .type = Type::map,
     .help = "how long the database keeps what nobody needs any more",
     .table = &retention_table},
    {.name = "listen",
     .help = "address of status page, /metrics, /healthz, /api/status; null = off",
     .fallback = "127.0.0.1:8480",
     .nullable = true,
     .form = &filled_form},
    {.name = "status", .type = Type::map, .help = "who may do what on the status page", .table = &status_table},
};

}  // namespace

constexpr Table main_table{"configuration of Tributary", main_keys};

const Key* find_key(const Table& table, std::string_view name) {
  for (const auto& key : table.keys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

}  // namespace tributary::config
