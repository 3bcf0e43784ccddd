"""Labelled tracks and rows of words, and how they are grouped."""
