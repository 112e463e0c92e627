#!/bin/sh
# conf/demo/run.sh: the whole way of one run, on one machine, with invented people: `sudo sh conf/demo/run.sh`.
#
# On a fresh Debian 12 it installs what is missing from Debian's own packages, builds into build/demo, makes the folder
# of a finished NovaSeq X run with eight samples, starts a small national repository on the loopback interface, lets
# `tributaryd --once` carry the run there, and shows what was sent, what was not and why. Then one person withdraws.
# Everything it makes lies in build/demo/site and stays there until the next time, to be looked at.
#
# Exit: 0 all as promised; 1 something was not (it says what); 2 usage.
set -eu

case ${1:-} in
  '') ;;
  -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "conf/demo/run.sh takes no words" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/../.."
top=$(pwd)
build=$top/build/demo
site=$build/site
began=$(date +%s)
broken=0
sandbox=

# --- words ------------------------------------------------------------------------------------------------------------

title() {
  printf '\n== %s  [%s s]\n\n' "$1" "$(($(date +%s) - began))"
}
# A promise that was not kept is told at once and counted.
promise() {  # WHAT COMMAND...
  what=$1
  shift
  if "$@"; then
    printf '   kept    %s\n' "$what"
  else
    printf '   BROKEN  %s\n' "$what"
    broken=$((broken + 1))
  fi
}
same() { [ "$1" = "$2" ] || { printf '           wanted: %s\n           got:    %s\n' "$1" "$2"; return 1; }; }
stop_all() {
  if [ -n "$sandbox" ]; then
    kill "$sandbox" 2>/dev/null || true
    wait "$sandbox" 2>/dev/null || true
  fi
}
end() {
  if [ "$broken" -ne 0 ]; then
    printf '\n%s promises were broken; all is in %s, the words of the daemon in daemon.log\n' "$broken" "$site"
    exit 1
  fi
}
trap stop_all EXIT
trap 'exit 1' HUP INT TERM

# --- packages ---------------------------------------------------------------------------------------------------------

install_packages() {
  # Some processors have a library of their own for the search and for inflating.
  case $(dpkg --print-architecture) in
    amd64) scanner=libhyperscan-dev deflate=libisal-dev ;;
    arm64) scanner=libvectorscan-dev deflate=libisal-dev ;;
    *) scanner=libvectorscan-dev deflate=libdeflate-dev ;;
  esac
  missing=
  for package in g++ cmake ninja-build pkg-config libpoco-dev libsqlite3-dev libhts-dev libmbedtls-dev libyaml-cpp-dev \
    libcpputest-dev libgcrypt20-dev "$scanner" "$deflate" zlib1g-dev libdeflate-dev samtools ca-certificates; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  if [ -z "$missing" ]; then
    echo "all there"
    return
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "conf/demo/run.sh: not installed:$missing; run it with sudo once" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086 # several words are meant
  apt-get install -qq -y --no-install-recommends $missing >"$build.apt.log" 2>&1 ||
    { tail -n 20 "$build.apt.log" >&2; exit 1; }
  echo "installed:$missing"
}

# --- build ------------------------------------------------------------------------------------------------------------

build_programs() {
  cmake -C cross/release.cmake -DTRIBUTARY_TESTS=ON -S . -B "$build" -G Ninja >"$build.cmake.log" 2>&1 ||
    { tail -n 20 "$build.cmake.log" >&2; exit 1; }
  ninja -C "$build" tributary tributaryd tributary-sandbox demo-run plugin_illumina_so plugin_csv_so plugin_drs_so \
    plugin_folder_so plugin_tes_so >"$build.ninja.log" 2>&1 || { tail -n 40 "$build.ninja.log" >&2; exit 1; }
  tail -n 1 "$build.ninja.log"
}

# --- the laboratory ---------------------------------------------------------------------------------------------------

start_repository() {
  getent hosts localhost >/dev/null ||
    { echo "this machine does not know 'localhost': add '127.0.0.1 localhost' to /etc/hosts" >&2; exit 1; }
  mkdir -p "$site/etc/keys"
  tributary keys generate identity "$site/etc/keys/site.key"
  tributary keys generate pseudonym "$site/etc/keys/pseudonym.key"
  tributary keys generate state "$site/etc/keys/state.key"
  "$build/bin/tributary-sandbox" --dir "$site/repository" --listen 127.0.0.1:0 --tls \
    --require-controlled-access --site-key "$site/etc/keys/site.key.pub" --ready-file "$site/repository.url" \
    >"$site/repository.log" 2>&1 &
  sandbox=$!
  waited=0
  while [ ! -s "$site/repository.url" ]; do
    kill -0 "$sandbox" 2>/dev/null && [ "$waited" -lt 300 ] || { cat "$site/repository.log" >&2; exit 1; }
    sleep 0.1
    waited=$((waited + 1))
  done
  url=$(cat "$site/repository.url")
  echo "national repository: $url (DRS, S3 and TES; its CA is $site/repository/ca.pem)"
}

make_laboratory() {
  mkdir -p "$site/runs"
  "$build/bin/demo-run" "$site/runs"
  run=$(ls "$site/runs")
  du -sh "$site/runs/$run"
  cp conf/demo/subjects.csv "$site/subjects.csv" # the nightly export: it must be fresh
  write_configuration
  tributary check
}

write_configuration() {
  cat >"$site/etc/tributary.yaml" <<EOF
site: demo-lab
state_dir: ../state
state_key_file: keys/state.key
plugin_dir: $build/plugins
run_folders: [ { path: ../runs } ]
subjects:
  - { name: lims, plugin: csv, settings: { file: ../subjects.csv } }
identity: { key_file: keys/site.key }
pseudonyms: { key_file: keys/pseudonym.key }
destinations:
  - name: national
    plugin: drs
    settings:
      url: $url/ga4gh/drs/v1
      part_size: 5MiB
      controlled_access: [ "https://repository.example.org/datasets/DEMO" ]
    auth: { type: bearer, token_file: ../repository/token }
    tls: { ca_file: ../repository/ca.pem }
    recipients: [ ../repository/recipient.pub ]
    ingest: { plugin: tes, settings: { url: "$url/ga4gh/tes/v1", task_file: task.yaml } }
policies:
  - name: genomes
    destination: national
    purpose: { use: HMB, country: DE }
    files: [ fastq, bam, vcf ]
listen: null
EOF
  cat >"$site/etc/task.yaml" <<'EOF'
name: ingest ${parcel}
inputs:
  - { name: "${name}", url: "${drs_uri}", path: "/inputs/${name}", type: FILE }
executors:
  - { image: "registry.example.org/ingest:1", command: [ check, "${parcel}" ] }
EOF
}

tributary() { "$build/bin/tributary" --config "$site/etc/tributary.yaml" "$@"; }
daemon_once() {
  code=0
  "$build/bin/tributaryd" --config "$site/etc/tributary.yaml" --once 2>>"$site/daemon.log" || code=$?
}

# --- what came of it --------------------------------------------------------------------------------------------------

samples='LAB25-0101 LAB25-0102 LAB25-0103 LAB25-0104 LAB25-0105 LAB25-0106 LAB25-0107 LAB25-0108'

# `STATE: REASON` of one sample, as the operator is told.
outcome() {
  tributary explain "$run" --sample "$1" | sed -n 's/^ *parcel p-[^:]*: //p; s/^ *hold  /held: /p' | head -n 1
}
state_of() { outcome "$1" | sed 's/:.*//'; }
parcel_of() { tributary explain "$run" --sample "$1" | sed -n 's/^ *parcel \(p-[^:]*\): .*/\1/p'; }
table() {
  printf '   %-12s %s\n' SAMPLE 'STATE: REASON'
  for sample in $samples; do printf '   %-12s %s\n' "$sample" "$(outcome "$sample")"; done
}
states() { for sample in $samples; do printf '%s ' "$(state_of "$sample")"; done; }

# The bytes of one object as they lie at the repository, part after part.
fetch() {  # NAME
  record=$(grep -l "\"key\":\"[^\"]*/$1\"" "$site"/repository/objects/*.json)
  grep -o '"file":"[^"]*"' "$record" | sed 's/.*:"//; s/"$//' | while read -r piece; do
    cat "$site/repository/data/$piece"
  done
}
object_names() { tributary receipts | awk '/^    / { print $1 }'; }

# Everything that must not be found at the repository, one word a line.
write_identifiers() {
  {
    awk -F, 'NR > 1 { print $1; print $2; print $3; print $8; print $9 " " $8; print $8 ", " $9; print $10 }' \
      conf/demo/subjects.csv
    echo "$run"
    printf '%s\n' LAB25-0107 COHORT-PILOT-9 PILOT-NOVEMBER-42 operator-one ward-archive
  } >"$site/identifiers.txt"
}
receive_all() {
  mkdir -p "$site/received"
  digests=
  for name in $(object_names); do
    fetch "$name" >"$site/received/$name"
    digests="$digests$(sha256sum <"$site/received/$name" | cut -c 1-64) "
    tributary crypt4gh decrypt --secret "$site/repository/recipient.sec" --in "$site/received/$name" \
      --out "$site/received/${name%.c4gh}"
  done
}
scan_all() {
  # shellcheck disable=SC2046 # no name of ours holds a blank
  tributary scan --identifiers "$site/identifiers.txt" $(for name in $(object_names); do
    printf '%s ' "$site/received/${name%.c4gh}"
  done)
}
# The bytes that lie there are those of the receipts.
digests_agree() {
  tributary receipts --json >"$site/receipts.json"
  for digest in $digests; do grep -q "\"sha256\": *\"$digest\"" "$site/receipts.json" || return 1; done
  [ -n "$digests" ]
}
# True when a scan of the sources finds what a scan of the result does not: the searcher is not blind.
sources_are_dirty() {
  dirty=0
  tributary scan --identifiers "$site/identifiers.txt" \
    "$site/runs/$run/Analysis/1/Data/DragenGermline/LAB25-0101/germline_seq/LAB25-0101.bam" \
    >"$site/dirty.txt" || dirty=$?
  [ "$dirty" -eq 4 ]
}
# Neither the journal nor the daemon's log may hold what was searched for, in any part of any file.
nothing_kept() {
  code=0
  grep -a -F -i -q -f "$site/identifiers.words" "$@" || code=$?
  [ "$code" -eq 1 ] # 2 is a file that could not be read
}
header() { samtools view --no-PG -H "$1" | cut -c 1-150 | sed 's/^/     /'; }
reads_of() { samtools view "$1" | cut -f 1-11 | cksum; }
same_reads() { [ "$(samtools view -c "$2")" -gt 1000 ] && [ "$(reads_of "$1")" = "$(reads_of "$2")" ]; }

# --- the demonstration ------------------------------------------------------------------------------------------------

mkdir -p "$top/build"
title 'Debian packages'
install_packages
title 'build (build/demo)'
build_programs
rm -rf "$site"
mkdir -p "$site"

title 'a repository, a laboratory, a run'
start_repository
make_laboratory

title 'plan: what would happen (no state, no repository)'
code=0
tributary plan "$site/runs/$run" >"$site/plan.txt" || code=$?
sed '/^  never sent/,$d' "$site/plan.txt" | grep -E '^  [^ ]|^    (send|hold|refuse)'
promise 'plan says that not everything would go (exit 3)' same 3 "$code"
promise 'plan has made no journal' [ ! -e "$site/state" ]

title 'tributaryd --once'
daemon_once
sed 's/^/   /' "$site/daemon.log"
promise 'the daemon says that not all is well (exit 3)' same 3 "$code"

title 'who was delivered, held, refused, and why'
table
promise 'each of the eight samples is where it belongs' same \
  'delivered delivered delivered refused refused refused held refused ' "$(states)"
end # what follows is about what was delivered
printf '\n'
tributary explain "$run" --sample LAB25-0105 | sed 's/^/   /'
printf '\n'
code=0
tributary status | grep ' delivered, ' | sed 's/^/   /'

title 'receipts'
tributary receipts | sed 's/^/   /'
promise 'three receipts' same 3 "$(tributary receipts --json | grep -c '"delivered_at"')"
promise 'the chains of receipts and audit records are whole' tributary audit verify

title 'what arrived, opened with the key of the repository'
write_identifiers
receive_all
arrived=$(object_names | grep '\.bam\.c4gh$' | head -n 1)
pseudonym=${arrived%.bam.c4gh}
code=0
subject=$(tributary reidentify --pseudonym "$pseudonym" --reason 'demonstration') || code=$?
number=${subject##*-5501}
source=$site/runs/$run/Analysis/1/Data/DragenGermline/LAB25-01$number/germline_seq/LAB25-01$number.bam
printf '   the header of one BAM before:\n\n'
header "$source"
printf '\n   and after, as %s:\n\n' "${arrived%.c4gh}"
header "$site/received/${arrived%.c4gh}"
printf '\n'
promise 'what lies there is what the receipts say, byte for byte' digests_agree
promise 'the reads of that BAM are the same, one by one' same_reads "$source" "$site/received/${arrived%.c4gh}"
promise 'the source is full of identifiers' sources_are_dirty
sed 's/^.*LAB25/     LAB25/' "$site/dirty.txt" | head -n 4
promise 'no identifier of anybody is in anything that arrived' scan_all
# Inside, the operator sees the run's name.
grep -v -e "$run" "$site/identifiers.txt" >"$site/identifiers.words"
promise 'no identifier is in the journal' nothing_kept "$site"/state/*
promise 'no identifier is in the log of the daemon' nothing_kept "$site/daemon.log"
promise 'no identifier is in the records of the repository' nothing_kept -r "$site"/repository/drs \
  "$site"/repository/objects "$site"/repository/tasks "$site"/repository/events.jsonl

title 'one person withdraws'
echo 'PAT-550102' >"$site/withdrawn.txt"
tributary withdraw --subject-file "$site/withdrawn.txt"
daemon_once
table
promise 'LAB25-0102 is withdrawn, the others are where they were' same \
  'delivered withdrawn delivered refused refused refused held refused ' "$(states)"
gone=$(parcel_of LAB25-0102)
promise 'the bytes of two people are left at the repository' same 14 "$(ls "$site"/repository/objects | wc -l)"
promise 'a receipt says so' [ "$(tributary receipts | grep -c "  withdrawn .*$gone")" -eq 1 ]
promise 'the chains are whole' tributary audit verify

end
title 'done'
cat <<EOF
All promises were kept. To look around:
  export PATH=$build/bin:\$PATH
  tributary --config $site/etc/tributary.yaml status
  tributary --config $site/etc/tributary.yaml explain $run
EOF
