"""Learning from corrections: which tracks to ask about, and models fitted to the answers."""
