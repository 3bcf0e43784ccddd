"""Export stored tracks to files."""
