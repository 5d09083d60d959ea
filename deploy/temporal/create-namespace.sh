#!/bin/sh
# Creates the namespace where it is missing, and sets how long finished workflows stay readable in the Web UI. Runs at
# every start. Temporal's CLI reads TEMPORAL_ADDRESS by itself, and TEMPORAL_NAMESPACE only where it works in one.
set -eu

# try <what> <command…>: the server may have started a moment ago, and knows a new namespace only some seconds later.
try() {
  what=$1
  shift
  attempts=30
  until "$@"; do
    attempts=$((attempts - 1))
    if [ "$attempts" -eq 0 ]; then
      echo "$what failed: is Temporal at $TEMPORAL_ADDRESS healthy?" >&2
      exit 1
    fi
    sleep 2
  done
}

try 'Asking the server' temporal operator cluster health
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
try 'Setting the retention' \
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
