"""Models: predict and explain the genres of tracks."""
