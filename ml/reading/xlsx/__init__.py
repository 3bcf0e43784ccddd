"""Read workbooks as a stream of rows, in memory that does not grow with them."""
