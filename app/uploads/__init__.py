"""Uploads kept until a worker has read them, in a folder or a bucket."""
