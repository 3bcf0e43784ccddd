"""The Postgres server that comes with the service."""
