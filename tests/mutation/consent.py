#!/usr/bin/env python3
# tests/mutation/consent.py: are the tests of consent sharp? Breaks rule after rule and wants test_consent to fail.
# Usage: python3 tests/mutation/consent.py [PART_OF_A_FILE_NAME]. Needs what tests/run.sh needs; some minutes.
#
# Works in a copy of the tree, with the compiler's cache when there is one. Each mutation must apply exactly once. Ends
# with 1 when a mutation survives, or does not apply or compile.
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = "agent/consent/"

# (file, what stands there, what is put in its place)
MUTATIONS = [
    # document.cpp: status and period
    ("document.cpp", 'if (status == "active") return', 'if (status == "active" || status == "draft") return'),
    ("document.cpp", 'Weight::forbids, "status", "was withdrawn"', 'Weight::elsewhere, "status", "was withdrawn"'),
    ("document.cpp", 'Weight::forbids, "status", "was rejected"', 'Weight::silent, "status", "was rejected"'),
    ("document.cpp", 'Weight::silent, "status", "is a draft', 'Weight::void_, "status", "is a draft'),
    ("document.cpp", 'Weight::void_, "status", "was entered', 'Weight::forbids, "status", "was entered'),
    ("document.cpp", 'Weight::unreadable, "status",', 'Weight::silent, "status",'),
    ("document.cpp", "now_utc_s < *period.from_utc_s", "now_utc_s <= *period.from_utc_s"),
    ("document.cpp", "now_utc_s > *period.until_utc_s", "now_utc_s >= *period.until_utc_s"),
    ("document.cpp", "Weight::not_yet, rule", "Weight::elsewhere, rule"),
    ("document.cpp", "Weight::elsewhere, rule, \"ended", "Weight::forbids, rule, \"ended"),
    ("document.cpp", "*period.from_utc_s > *period.until_utc_s) {", "false) {"),
    ("document.cpp", "return into.has_value();", "return true;"),
    ("document.cpp", "read_date(record.valid_until, true,", "read_date(record.valid_until, false,"),
    ("document.cpp", "if (const auto objection = outside(period, now_utc_s, \"period\"))",
     "if (const auto objection = outside({}, now_utc_s, \"period\"))"),
    ("document.cpp", "case Weight::forbids:\n    case Weight::elsewhere:", "case Weight::forbids:"),
    # document.cpp: time limits
    ("document.cpp", "months_after(*document.from_utc_s, *months) - 1", "months_after(*document.from_utc_s, *months)"),
    ("document.cpp", "if (!document.from_utc_s) return std::nullopt;", "if (!document.from_utc_s) return limit;"),
    ("document.cpp", "if (!date.ok()) date", "if (false) date"),
    ("document.cpp", "return outside(*limit, now_utc_s, term.code);", "return std::nullopt;"),
    ("document.cpp",
     "if (!limit) {\n      return Objection{Weight::unreadable",
     "if (!limit) {\n      return Objection{Weight::silent"),
    ("document.cpp",
     "earlier(out.valid_until_utc_s, limit->until_utc_s)",
     "earlier(limit->until_utc_s, limit->until_utc_s)"),
    ("document.cpp", "return std::min(*a, *b);", "return std::max(*a, *b);"),
    ("document.cpp", "out.valid_until_utc_s = period.until_utc_s;", ""),
    # document.cpp: permissions
    ("document.cpp", "if (purpose.use == Use::nres) return false;", ""),
    ("document.cpp",
     'if (is(permission, "GRU")) return true;',
     'if (is(permission, "GRU")) return purpose.use != Use::poa;'),
    ("document.cpp", "return purpose.use == Use::hmb || purpose.use == Use::ds;", "return purpose.use != Use::nres;"),
    ("document.cpp",
     'if (is(permission, "POA")) return purpose.use == Use::poa;',
     'if (is(permission, "POA")) return true;'),
    ("document.cpp", "return purpose.use == Use::ds && std::any_of", "return std::any_of"),
    ("document.cpp", "return same_spelling(broader) == wanted;", "return same_spelling(broader) != wanted;"),
    ("document.cpp", "if (wanted == same_spelling(purpose.disease)) return true;", ""),
    ("document.cpp",
     "if (covers(term, terms, purpose)) continue;",
     "if (covers(term, terms, purpose)) return std::nullopt;"),
    ("document.cpp",
     "return Objection{Weight::elsewhere, term.code, what};",
     "return Objection{Weight::silent, term.code, what};"),
    ("document.cpp", "if (!any) return Objection{Weight::unreadable", "if (!any) return Objection{Weight::silent"),
    # document.cpp: modifiers
    ("document.cpp", 'is(term, "NPU") || is(term, "NPUNCU");', 'is(term, "NPU");'),
    ("document.cpp", 'is(term, "NCU") || is(term, "NPUNCU");', 'is(term, "NCU");'),
    ("document.cpp", "if (organisation && purpose.for_profit)", "if ((organisation || use) && purpose.for_profit)"),
    ("document.cpp", "if (use && purpose.commercial)", "if (use && purpose.for_profit)"),
    ("document.cpp", "if (purpose.use == Use::poa) return forbid", "if (false) return forbid"),
    ("document.cpp", "if (purpose.use == Use::gru || purpose.use == Use::nres)", "if (purpose.use == Use::nres)"),
    ("document.cpp", "if (purpose.country.empty()) {", "if (false) {"),
    ("document.cpp",
     "if (answer == InRegion::yes) return std::nullopt;",
     "if (answer != InRegion::no) return std::nullopt;"),
    ("document.cpp", "if (!understood) return", "if (false) return"),
    ("document.cpp",
     'return forbid(term, "does not allow use',
     'return Objection{Weight::elsewhere, term.code, "" + std::string("does not allow use in ") + '
     'purpose.country}; return forbid(term, "does not allow use'),
    ("document.cpp", 'is(term, "PS") && !names(purpose.project)', 'is(term, "PS") && !names(purpose.institution)'),
    ("document.cpp", 'is(term, "IS") && !names(purpose.institution)', 'false'),
    ("document.cpp", "&& !names(purpose.project) && !accepts(purpose, term)", "&& !names(purpose.project)"),
    ("document.cpp", "if (purpose.research.empty()) {", "if (false) {"),
    ("document.cpp", "if (named) return std::nullopt;", "if (named || !purpose.research.empty()) return std::nullopt;"),
    ("document.cpp", "if (term.parameters.empty())\n    return Objection", "if (false)\n    return Objection"),
    ("document.cpp", "if (now_utc_s >= *until) return std::nullopt;", "if (now_utc_s > *until) return std::nullopt;"),
    ("document.cpp", "if (!until) return Objection", "if (!until && term.parameters.size() > 1) return Objection"),
    ("document.cpp",
     "if (accepts(purpose, term)) return std::nullopt;",
     'if (accepts(purpose, term) || term.code != "MOR") return std::nullopt;'),
    ("document.cpp", 'if (is(term, "NMDS") && purpose.methods)', 'if (is(term, "NMDS") && purpose.commercial)'),
    ("document.cpp", 'if (is(term, "GS")) return region_rule', 'if (false) return region_rule'),
    ("document.cpp", "rank(*next) < rank(*worst)", "rank(*next) > rank(*worst)"),
    ("document.cpp",
     "o.weight == Weight::forbids ? 0 : o.weight == Weight::elsewhere ? 1",
     "o.weight == Weight::elsewhere ? 0 : o.weight == Weight::forbids ? 1"),
    # evaluate.cpp
    ("evaluate.cpp", "if (opinion.weight != Weight::void_)", "if (true)"),
    ("evaluate.cpp", "return a.weight < b.weight;", "return a.weight > b.weight;"),
    ("evaluate.cpp", "if (opinion.weight != Weight::grants) continue;", ""),
    ("evaluate.cpp",
     "*opinion.valid_until_utc_s > *best->valid_until_utc_s",
     "*opinion.valid_until_utc_s < *best->valid_until_utc_s"),
    ("evaluate.cpp", "decision.valid_until_utc_s = best->valid_until_utc_s;", ""),
    ("evaluate.cpp", "decision.obligations.push_back(term);", ""),
    ("evaluate.cpp", "records.erase(last, records.end());", "static_cast<void>(last);"),
    ("evaluate.cpp", "std::sort(records.begin(), records.end(),", "std::stable_sort(records.begin(), records.begin(),"),
    ("evaluate.cpp", "evidence.add(purpose.research);", ""),
    ("evaluate.cpp", 'evidence.add(join(purpose.accepts, " "));', ""),
    ("evaluate.cpp", 'evidence.add(join(purpose.broader_diseases, " "));', ""),
    ("evaluate.cpp", "evidence.add_flag(purpose.commercial);", ""),
    ("evaluate.cpp", 'finding.rule == "status" || finding.rule == "withdrawn"', 'finding.rule == "status"'),
    ("evaluate.cpp", "return finding.says == Verdict::deny && (", "return ("),
    # decide.cpp
    ("decide.cpp",
     "verdict == Verdict::deny ? 0 : verdict == Verdict::unknown ? 1 : 2",
     "verdict == Verdict::unknown ? 0 : verdict == Verdict::deny ? 1 : 2"),
    ("decide.cpp", "return rank(a.verdict) < rank(b.verdict);", "return rank(a.verdict) > rank(b.verdict);"),
    ("decide.cpp", "if (known.withdrawn) {", "if (false) {"),
    ("decide.cpp", "says_nothing(part) && one.may_be_silent", "says_nothing(part)"),
    ("decide.cpp",
     "const bool passes = says_nothing(part) && one.may_be_silent;",
     "const bool passes = says_nothing(part) || one.may_be_silent;"),
    ("decide.cpp", "if (!somebody_speaks) std::move", "if (false) std::move"),
    ("decide.cpp", "std::min(decision.valid_until_utc_s", "std::max(decision.valid_until_utc_s"),
    ("decide.cpp", "add_missing(decision.obligations, part.obligations);", ""),
    ("decide.cpp", "add_missing(decision.terms, part.terms);", ""),
    ("decide.cpp",
     "for (const auto& why : unknown_for) parts",
     "for (const auto& why : std::vector<std::string>()) parts"),
    ("decide.cpp", "if (told.empty()) parts.push_back", "if (false) parts.push_back"),
    ("decide.cpp", "std::sort(told.begin(), told.end(),", "std::stable_sort(told.begin(), told.begin(),"),
    ("decide.cpp", "std::sort(digests.begin(), digests.end());", ""),
    ("decide.cpp", "if (digests.size() == 1) return digests.front();", ""),
    # family.cpp
    ("family.cpp", "if (!self.kin.problem.empty()) return", "if (false) return"),
    ("family.cpp", "if (self.kin.family.empty()) return", "if (false) return"),
    ("family.cpp", "if (!self.kin.size) return", "if (!self.kin.size) return others.empty() ? \"\" :"),
    ("family.cpp", "*other.kin.size != *self.kin.size", "false"),
    ("family.cpp", "if (present.size() < *self.kin.size) {", "if (false) {"),
    ("family.cpp", "if (present.size() > *self.kin.size) {", "if (false) {"),
    ("family.cpp", "present.insert(other.subject);", "present.insert(other.subject + std::to_string(present.size()));"),
    ("family.cpp",
     "for (const auto& other : others) parts.push_back",
     "for (const auto& other : std::vector<Member>()) parts.push_back"),
    ("family.cpp", "decision.terms.clear();", ""),
    ("family.cpp", "finding.document.clear();", ""),
    # egress.cpp
    ("egress.cpp", "if (!egress.country.empty()) origins", "if (origins.empty() && !egress.country.empty()) origins"),
    ("egress.cpp", "if (in_region(destination, region) == InRegion::yes) continue;", ""),
    ("egress.cpp", "if (destination.empty()) return", "if (false) return"),
    ("egress.cpp", "if (origins.empty()) {", "if (false) {"),
    ("egress.cpp", "if (!is_country(origin))", "if (!is_country(origin) && origins.size() > 9)"),
    ("egress.cpp", "if (egress.unknown == Verdict::permit) return std::nullopt;", ""),
    ("egress.cpp", "if (!egress || known.told.empty())", "if (!egress)"),
    # choose.cpp
    ("choose.cpp", "!is_index(file.kind) && !file.column", "!file.column"),
    ("choose.cpp", "!is_index(file.kind) && !file.column", "!is_index(file.kind)"),
    ("choose.cpp", "if (bytes >= minimum.bytes) return {};", "if (bytes > minimum.bytes) return {};"),
    ("choose.cpp", "if (!missing.empty()) return", "if (false) return"),
    ("choose.cpp", "if (choice.matches && policy.skip_further)", "if (policy.skip_further)"),
    ("choose.cpp", "if (choice.matches && !taken_by.empty()) {", "if (false) {"),
    # desk.cpp
    ("desk.cpp",
     'if (!told) return answer.miss(of_source + " can not answer: " + told.error().what);',
     "if (!told) return;"),
    ("desk.cpp", "if (answer.contradictory) answer.known.told.clear();", ""),
    ("desk.cpp", "for (auto* source : others) take", "for (auto* source : decltype(others)()) take"),
    ("desk.cpp", "withdrawn_(answer.subject_id);", "false;"),
    ("desk.cpp", "if (!policy.whole_family) return self.decision;", "return self.decision;"),
    ("desk.cpp", "if (!settings_.policies[policy].whole_family) continue;", "continue;"),
    ("desk.cpp", "if (member.kin.family != self.kin.family) continue;", ""),
    ("desk.cpp", "if (!other.sealed) {", "if (false) {"),
    ("desk.cpp", "if (!kin.family.empty() && kin.family != value) kin", "if (false) kin"),
    ("desk.cpp", "if (!is_number) kin.problem", "if (false) kin.problem"),
    ("desk.cpp", "is_number && kin.size.value_or(size) != size", "false"),
    ("desk.cpp", "attribute.identifying || attribute.name == entry.family", "attribute.identifying"),
    ("desk.cpp",
     "} else if (choice.decision.verdict == Verdict::permit && !sample.sample.problems.empty()) {",
     "} else if (false) {"),
    ("desk.cpp", "if (!choice.matches) {\n    out.decision", "if (false) {\n    out.decision"),
    # diseases.cpp
    ("diseases.cpp", "in_term_ && id_ && !obsolete_", "in_term_ && id_"),
    ("diseases.cpp", 'in_term_ = line == "[Term]";', "in_term_ = true;"),
    ("diseases.cpp",
     "if (!seen.insert(link->second).second) continue;",
     "if (!seen.insert(link->second).second || seen.size() > 2) continue;"),
]


# Cheap tests first: the laws are asked only when all others are content.
def passes(program):
    return all(run([program, flag, "Laws"], timeout=600).returncode == 0 for flag in ("-xg", "-g"))


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def main():
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    mutations = [one for one in MUTATIONS if wanted in one[0]]
    with tempfile.TemporaryDirectory(prefix="tributary-mutation-") as work:
        tree, build = pathlib.Path(work, "tree"), pathlib.Path(work, "build")
        for folder in ("agent", "plugins", "cross", "conf", "tests"):
            shutil.copytree(ROOT / folder, tree / folder)
        shutil.copy(ROOT / "CMakeLists.txt", tree)
        shutil.copytree(ROOT / "systemd", tree / "systemd")
        os.environ.setdefault("CCACHE_BASEDIR", str(tree))
        made = run(["cmake", "-C", tree / "cross/dev.cmake", "-G", "Ninja", "-S", tree, "-B", build])
        if made.returncode != 0:
            sys.exit(made.stdout)
        target = ["ninja", "-j2", "-C", str(build), "test_consent"]
        if run(target).returncode != 0 or not passes(build / "bin/test_consent"):
            sys.exit("the tests do not pass without any mutation")
        bad = 0
        for number, (name, old, new) in enumerate(mutations, 1):
            path = tree / FOLDER / name
            before = path.read_text()
            if before.count(old) != 1:
                bad += 1
                print(f"does not apply once: {name}: {old!r}", flush=True)
                continue
            path.write_text(before.replace(old, new))
            built = run(target)
            if built.returncode != 0:
                bad += 1
                errors = [line for line in built.stdout.splitlines() if "error" in line]
                print(f"does not compile: {name}: {old!r}: {errors[-1] if errors else ''}", flush=True)
            elif passes(build / "bin/test_consent"):
                bad += 1
                print(f"survived: {name}: {old!r} -> {new!r}", flush=True)
            path.write_text(before)
        print(f"{len(mutations)} mutations, {len(mutations) - bad} caught")
        sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
