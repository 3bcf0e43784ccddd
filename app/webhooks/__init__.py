"""Webhooks: which are allowed, how they are signed and sent, and when they are tried again."""
