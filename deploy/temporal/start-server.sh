#!/bin/sh
# The image's own entrypoint takes the database password from the environment only; here it comes from a file.
set -eu
POSTGRES_PASSWORD="$(cat /run/secrets/postgres_password)"
export POSTGRES_PASSWORD
exec temporal-server --root / --config etc/lurewatch/temporal --env server --allow-no-auth start
