"""Store uploads in a folder or a bucket until a worker has read them."""
