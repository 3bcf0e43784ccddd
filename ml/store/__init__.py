"""Models on disk: manifest, files, card, registry."""
