"""Send a file of tracks to the genre service and print their genres."""
