"""Render reports on tracks as self-contained HTML pages."""
