#!/bin/sh
# Run by the image of Postgres once, when the database is new: the console's role, which owns nothing. Its rights come with each migration.
set -e
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" -v password="$(cat /run/secrets/database)" <<'SQL'
CREATE ROLE juzhen LOGIN PASSWORD :'password';
SQL
