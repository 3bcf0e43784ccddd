"""Postgres: the embedded server, the tables and their migrations, and the repositories.

Knows nothing about GraphQL, HTTP or models.
"""
