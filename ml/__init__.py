"""Reading tracks, features, training and inference: synchronous and pure.

Knows nothing of HTTP, GraphQL or Postgres.
"""
