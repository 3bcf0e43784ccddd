"""The process: memory, threads, tasks, signals and the database connection."""
