"""Postgres: the embedded server, the tables and their migrations, and the repositories.

Knows nothing of GraphQL, HTTP or the model.
"""
