"""Composition: settings, HTTP, the command line. The only package that knows all others."""
