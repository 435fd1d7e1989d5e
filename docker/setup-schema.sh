#!/bin/sh
# Creates or updates the two databases of Temporal on PostgreSQL. Safe to run at every start.
set -eu

: "${POSTGRES_SEEDS:?name of the PostgreSQL host}" "${POSTGRES_USER:?}" "${POSTGRES_PWD:?}"
port="${DB_PORT:-5432}"
schema=/etc/temporal/schema/postgresql/v12

sql_tool() {
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "$port" -u "$POSTGRES_USER" --pw "$POSTGRES_PWD" "$@"
}

# One database. An update comes first: setting up writes version 0.0, which must never happen to a database that has a version already.
prepare() {
  database="$1"
  versions="$2"
  sql_tool --db "$database" create || echo "$database is there already"
  if sql_tool --db "$database" update-schema -d "$versions"; then return; fi
  sql_tool --db "$database" setup-schema -v 0.0
  sql_tool --db "$database" update-schema -d "$versions"
}

prepare "${DBNAME:-temporal}" "$schema/temporal/versioned"
prepare "${VISIBILITY_DBNAME:-temporal_visibility}" "$schema/visibility/versioned"
echo 'schema is ready'
