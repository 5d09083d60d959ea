#!/bin/sh
# Creates Temporal's two databases and brings their tables to the version of this tool. Changes nothing where there is
# nothing to change, so it runs at every start.
set -eu
SQL_PASSWORD="$(cat /run/secrets/postgres_password)"
export SQL_PASSWORD
export SQL_PLUGIN=postgres12 SQL_HOST="${POSTGRES_ADDRESS%:*}" SQL_PORT="${POSTGRES_ADDRESS##*:}" SQL_USER=temporal

set_up() {
  temporal-sql-tool --database "$1" create-database
  temporal-sql-tool --database "$1" setup-schema --version 0.0
  temporal-sql-tool --database "$1" update-schema --schema-name "postgresql/v12/$2"
}

set_up temporal temporal
set_up temporal_visibility visibility
