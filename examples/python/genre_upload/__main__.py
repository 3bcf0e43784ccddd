"""Run as `python -m genre_upload`."""

from genre_upload.cli import main

main()
