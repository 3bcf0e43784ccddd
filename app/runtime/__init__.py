"""The process itself: memory, threads, signals, and its database."""
