#!/bin/sh
# tests/style/run.sh: the house rules that a machine can see: `sh tests/style/run.sh [ROOT]`; one line for each rule.
#
# Exit: 0 every rule is kept, 1 some is not; each offence is a line `FILE:LINE: what`.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}" || exit 1
LC_ALL=C
export LC_ALL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# rule SENTENCE: reads the offences from standard input.
rule() {
  cat >"$work/offences"
  if [ -s "$work/offences" ]; then
    : >"$work/broken"  # rule runs behind a pipe: a variable would not live
    echo "failed: $1"
    sed 's/^/    /' "$work/offences"
  else
    echo "passed: $1"
  fi
}

find agent plugins tests conf -type f \( -name '*.cpp' -o -name '*.hpp' -o -name '*.h' \) ! -path '*/.*' | sort >"$work/sources"
grep -E '^(agent|plugins)/' "$work/sources" >"$work/product"
# FILE LINE HEADER FORM, for every #include of the product; FORM is own or foreign.
xargs grep -nE '^[[:space:]]*#[[:space:]]*include' <"$work/product" |
  sed -E 's/^([^:]*):([0-9]+):[^<"]*(["<])([^">]*)[">].*/\1 \2 \4 \3/; s/"$/own/; s/<$/foreign/' >"$work/includes"
[ -s "$work/includes" ] || { echo "failed: no source was found in $(pwd)"; exit 1; }

awk -v table="$here/layers.txt" '
  function layer(file,   part, n) {
    n = split(file, part, "/")
    if (part[1] != "agent") return ""
    if (part[2] == "consent" && part[3] ~ /^(terms|regions|diseases|document|evaluate|decide|family|egress|purpose)\./) return "rules"
    if (part[2] != "port") return part[2]
    return n > 4 ? "port/" part[3] "/" part[4] : "port/" part[3]
  }
  BEGIN {
    while ((getline line < table) > 0) {
      if (line ~ /^#/ || line !~ /:/) continue
      name = line; sub(/:.*/, "", name); known[name] = 1
      n = split(substr(line, length(name) + 2), list, " ")
      for (i = 1; i <= n; i++) {
        may[name, list[i]] = 1
        if (!(list[i] in known)) print table ": " name " may include " list[i] ", which stands below it"
      }
    }
  }
  $4 == "own" && $1 ~ /^agent\// {
    from = layer($1); to = layer($3)
    if (to == "") { print $1 ":" $2 ": includes " $3 ", which is not in agent/"; next }
    if (!(from in known)) { print $1 ":" $2 ": the folder " from " is not in tests/style/layers.txt"; next }
    if (from != to && !((from, to) in may)) print $1 ":" $2 ": " from " may not include " to " (" $3 ")"
  }' "$work/includes" | rule "every folder of agent/ includes only what stands above it"

awk '$3 ~ /(^|\/)identity\.hpp$/ && $1 !~ /^agent\/(identify|consent|pseudonymise)\// { print $1 ":" $2 ": includes " $3 }' \
  "$work/includes" | rule "identity.hpp is included by identify, consent and pseudonymise only"

awk -v table="$here/libraries.txt" '
  BEGIN {
    while ((getline line < table) > 0) {
      if (line ~ /^#/ || line !~ /:/) continue
      n++; pattern[n] = line; sub(/:.*/, "", pattern[n]); home[n] = substr(line, length(pattern[n]) + 2)
    }
  }
  $4 == "foreign" {
    for (i = 1; i <= n; i++) {
      if ($3 !~ ("^" pattern[i])) continue
      m = split(home[i], place, " "); found = 0
      for (j = 1; j <= m; j++) if (index($1, place[j] "/") == 1) found = 1
      if (!found) print $1 ":" $2 ": names " $3
      break
    }
  }' "$work/includes" | rule "a library is named only in the folders that are its home"

awk '$4 == "own" && $1 ~ /^plugins\// {
    own = $1; sub(/[^\/]*$/, "", own)
    if (index($3, own) == 1 || index($3, "plugins/sdk/") == 1 || $3 == "agent/plugin/abi.h") next
    print $1 ":" $2 ": includes " $3
  }' "$work/includes" | rule "a plugin sees the ABI, the sdk and its own folder, nothing else"

awk '$4 == "own" && $3 !~ /^(agent|plugins)\// { print $1 ":" $2 ": includes " $3 ", which is not a path from the root" }' \
  "$work/includes" | rule "own headers are included by their path from the root"

while read -r file; do
  head -n 1 "$file" | grep -qF -e "// $file: " -e "/* $file: " || echo "$file:1: does not begin with '// $file: what it is for'"
done <"$work/sources" | rule "the first line of every file says what it is for"

xargs grep -nE '^[[:space:]]*using namespace ' <"$work/product" | rule "no namespace is opened wholesale"

# Spelled so that this file does not find itself.
{ xargs grep -nEw 'T[O]DO|F[I]XME|X[X]X|H[A]CK|not[ ]implemented|for[ ]now' <"$work/sources"
  find agent plugins tests conf cross .ci -type f \( -name '*.sh' -o -name '*.py' -o -name '*.cmake' -o -name CMakeLists.txt -o -name run \) \
    -exec grep -HnEw 'T[O]DO|F[I]XME|X[X]X|H[A]CK|not[ ]implemented|for[ ]now' {} +
} | rule "nothing is left for later"

xargs grep -nE 'catch *\( *\.\.\. *\) *\{ *\}' <"$work/sources" | rule "no error is swallowed"

xargs grep -nE '(^|[^[:alnum:]_])(catch|try)[[:space:]]*[({]' <"$work/product" |
  grep -vE '^(agent/port/[a-z_]+/[a-z0-9_]+/|agent/cli/(main|daemon)\.cpp|plugins/)' |
  grep -vE '^[^:]*:[0-9]+:[[:space:]]*(//|\*)' | rule "exceptions are caught in the ports, the plugins and the mains only"

{ xargs grep -nE '[O]penSSL|[o]penssl/|Poco([N]etSSL|[C]rypto)|[N]etSSL' <"$work/product"
  find agent plugins cross CMakeLists.txt \( -name '*.cmake' -o -name CMakeLists.txt \) -exec grep -HnE 'Open[S]SL|Poco::(Net[S]SL|Crypto)' {} +
} | rule "there is no second TLS library"

{ find agent plugins tests conf -name '*.hpp' -exec grep -L '^#pragma once' {} + | sed 's/$/:1: has no #pragma once/'; } |
  rule "every header is guarded"

xargs awk 'FNR == 501 { print FILENAME ":501: more than 500 lines: is it one thing?" }' <"$work/sources" |
  rule "no source is longer than 500 lines"

[ ! -e "$work/broken" ]
