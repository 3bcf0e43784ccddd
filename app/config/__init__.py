"""Settings, credentials and logging: what a process is told from outside."""
