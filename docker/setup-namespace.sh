#!/bin/sh
# Waits for the server, creates the namespace and the search attributes of the responder. Safe to run at every start.
set -eu

address="${TEMPORAL_ADDRESS:-temporal:7233}"
namespace="${TEMPORAL_NAMESPACE:-default}"
retention="${TEMPORAL_RETENTION:-30d}"
attempts="${MAX_ATTEMPTS:-60}"

tries=0
until temporal operator cluster health --address "$address" >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -ge "$attempts" ]; then
    echo "the server at $address was not healthy after $attempts tries" >&2
    exit 1
  fi
  sleep 1
done

if ! temporal operator namespace describe --address "$address" --namespace "$namespace" >/dev/null 2>&1; then
  temporal operator namespace create --address "$address" --namespace "$namespace" --retention "$retention"
fi

# Name=Type, as workflows/respond/search-attributes.ts defines them.
for attribute in PerfService=Keyword PerfEndpoint=Keyword PerfPhase=Keyword PerfVerdict=Keyword PerfSeverity=Keyword PerfP95Ms=Double PerfNeedsHuman=Bool IncSeverity=Keyword IncStatus=Keyword IncCommander=Keyword IncService=KeywordList; do
  name="${attribute%%=*}"
  # A new namespace may take some seconds until every part of the server knows it.
  tries=0
  until temporal operator search-attribute list --address "$address" --namespace "$namespace" 2>/dev/null | grep -qw "$name"; do
    temporal operator search-attribute create --address "$address" --namespace "$namespace" --name "$name" --type "${attribute#*=}" >/dev/null 2>&1 || true
    tries=$((tries + 1))
    if [ "$tries" -ge "$attempts" ]; then
      echo "search attribute $name could not be created in namespace $namespace" >&2
      exit 1
    fi
    sleep 1
  done
done
echo "namespace $namespace and its search attributes are ready"
