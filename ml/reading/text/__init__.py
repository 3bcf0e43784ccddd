"""Turn any text that tables are saved as into UTF-8 with commas; knows nothing of tracks."""
