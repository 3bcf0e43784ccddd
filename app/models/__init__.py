"""The model that answers, where it comes from, and what it is asked."""
