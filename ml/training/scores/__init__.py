"""Score models on tracks they have not seen."""
