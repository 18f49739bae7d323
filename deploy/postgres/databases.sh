#!/bin/bash
# At the first start of the database server: for each service a role, and a database that nobody else may connect to.
# Roles and passwords are those of the services' own secrets (/run/secrets/<service>_database_url).
set -euo pipefail

for service in strategy portfolio finance; do
    url=$(<"/run/secrets/${service}_database_url")
    password=${url#*://*:} password=${password%%@*}
    psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --quiet \
        --set ON_ERROR_STOP=1 --set service="$service" --set password="$password" <<'SQL'
CREATE ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
\connect :service
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA :"service" AUTHORIZATION :"service";
SQL
done
psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --quiet --command 'REVOKE CONNECT ON DATABASE postgres FROM PUBLIC'
