"""Run the example without installing it: python classify.py FILE [ADDRESS]."""

from genre_upload.cli import main

if __name__ == "__main__":
    main()
