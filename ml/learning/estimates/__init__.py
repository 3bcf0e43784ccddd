"""What answers are worth: accuracy before and after, the gain of the next ten, and its forecast."""
