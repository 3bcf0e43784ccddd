"""Read Parquet in a process of its own, so that a hostile file can harm only that."""
