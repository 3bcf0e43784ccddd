"""Batches: taken in, admitted, run and followed."""
