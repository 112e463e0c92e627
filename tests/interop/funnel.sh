#!/usr/bin/env bash
# tests/interop/funnel.sh: the ingest step on Funnel, a TES server by others; its container engine is a script here.
. "$(dirname "$0")/common.sh"
needs python3 gzip
needs_or_builds versitygw github.com/versity/versitygw/cmd/versitygw@v1.7.0
needs_or_builds funnel github.com/ohsu-comp-bio/funnel@v0.11.12
cd "$work" || exit 1
. "$here/laboratory.sh"
tes_port=$(free_port)
rpc_port=$(free_port)

# Funnel calls `DRIVER pull IMAGE`, `DRIVER run ... IMAGE COMMAND...`, `DRIVER rm NAME`; the command is run here as it is.
start_funnel() {
  cat >engine <<'SH'
#!/bin/sh
[ "$1" = run ] || exit 0
while [ $# -gt 0 ] && [ "$1" != example/ingest:1 ]; do shift; done
shift
exec "$@"
SH
  chmod +x engine
  cat >funnel.yaml <<YAML
Database: boltdb
Compute: local
EventWriters: [boltdb, log]
Server: { HostName: localhost, HTTPPort: "$tes_port", RPCPort: "$rpc_port" }
RPCClient: { ServerAddress: "localhost:$rpc_port" }
BoltDB: { Path: $work/funnel.db }
Worker: { WorkDir: $work/funnel, PollingRate: 1s, Container: { DriverCommand: $work/engine, PullCommand: "pull {{.Image}}", RunCommand: "run {{.Image}} {{.Command}}", StopCommand: "rm -f {{.Name}}" } }
LocalStorage: { AllowedDirs: [ $work ] }
AmazonS3: { Disabled: true }
YAML
  funnel server run --config funnel.yaml >funnel.log 2>&1 &
  started+=($!)
  answers "$tes_port"
}
task() {  # task COMMAND: what the repository runs for each parcel
  cat >ingest-task.yaml <<YAML
name: ingest
executors:
  - image: example/ingest:1
    command: [ $1, "\${sha256}", "\${parcel}" ]
YAML
  configure 400Mbit/s "{ plugin: tes, settings: { url: 'http://127.0.0.1:$tes_port/ga4gh/tes/v1', task_file: ingest-task.yaml } }"
}
delivered() { task '"true"' && once 3 && told state delivered && told ingest.state COMPLETE; }
failed_task() { rm -rf state && task '"false"' && once 3 && told ingest.state EXECUTOR_ERROR; }

verdict "a laboratory, a run and keys are made" make_laboratory
verdict "versitygw answers" start_store
verdict "the DRS front answers" start_front
verdict "Funnel answers" start_funnel
verdict "a parcel is delivered when its task is complete" delivered
verdict "a task that ends with an error is told, and nothing counts as delivered" failed_task
