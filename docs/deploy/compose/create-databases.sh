#!/bin/sh
# Makes two databases and three roles when the Postgres of compose.yaml starts for the first time. The server's image
# runs it as the superuser, over the socket.
#
#   worker                 owns `shop`: LangGraph's tables and the probe's ledger
#   checkpoint_inspector   reads `shop`, and can do nothing else
#   inspector              owns `inspector`, the dashboard's index, and cannot enter `shop`
set -eu
: "${SECRETS:=/run/secrets/postgres}"

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set worker="$(cat "$SECRETS/worker")" \
    --set reader="$(cat "$SECRETS/reader")" \
    --set index="$(cat "$SECRETS/index")" <<'SQL'
CREATE ROLE worker LOGIN PASSWORD :'worker';
CREATE ROLE inspector LOGIN PASSWORD :'index';
CREATE ROLE checkpoint_inspector LOGIN PASSWORD :'reader' CONNECTION LIMIT 16;
ALTER ROLE checkpoint_inspector SET default_transaction_read_only = on;

CREATE DATABASE shop OWNER worker;
REVOKE CONNECT ON DATABASE shop FROM PUBLIC;
GRANT CONNECT ON DATABASE shop TO checkpoint_inspector;
CREATE DATABASE inspector OWNER inspector;
REVOKE CONNECT ON DATABASE inspector FROM PUBLIC;

\connect shop
-- The tables are not there yet. For a store that has them, `inspector grants` prints what a reader needs.
ALTER DEFAULT PRIVILEGES FOR ROLE worker IN SCHEMA public GRANT SELECT ON TABLES TO checkpoint_inspector;
GRANT CREATE ON SCHEMA public TO worker;
\connect inspector
-- Which makes search by parts of an id quick.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
SQL
