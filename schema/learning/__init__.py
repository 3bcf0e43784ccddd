"""Learning from corrections: questions, estimates and learned models."""
