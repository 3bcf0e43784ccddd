"""Cut bytes into CSV records and fields; knows nothing of columns or tracks."""
