"""Record a tour of the pages as an animated WebP: drop a file, review a few tracks, download them.

Starts a service on a scratch folder. Needs Playwright and Debian's chromium.
"""

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

OUT = Path(__file__).parent / "tour.webp"
SIZE = {"width": 1120, "height": 720}
SHOWN = (840, 540)
MAX_BYTES = 3_000_000
ROWS = 4_000
ANSWERS = 4
READY = re.compile(r"running on (http://\S+)")
GENRE = [sys.executable, "-c", "from app.cli import main; main()"]


class Recorder:
    """Collects frames, each with the time that it is shown."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._frames: list[Image.Image] = []
        self._durations_ms: list[int] = []

    def show(self, milliseconds: int) -> None:
        """Show the page as it is now for a while."""
        with Image.open(io.BytesIO(self._page.screenshot())) as picture:
            frame = picture.convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS)
        if self._frames and frame.tobytes() == self._frames[-1].tobytes():
            self._durations_ms[-1] += milliseconds
            return
        self._frames.append(frame)
        self._durations_ms.append(milliseconds)

    def watch(self, until: Locator, *, frames: int = 60) -> None:
        """Show what changes until something appears."""
        for _ in range(frames):
            self.show(150)
            if until.first.is_visible():
                return
            self._page.wait_for_timeout(100)
        raise TimeoutError(f"{until} did not appear")

    def save(self) -> None:
        """Write the animation, smaller until it is small enough."""
        first, *rest = self._frames
        for quality in (75, 60, 45, 30):
            options = {"quality": quality, "method": 6, "duration": self._durations_ms, "loop": 0}
            first.save(OUT, save_all=True, append_images=rest, **options)
            if OUT.stat().st_size <= MAX_BYTES:
                break
        seconds = sum(self._durations_ms) / 1_000
        size = OUT.stat().st_size
        sys.stdout.write(
            f"{OUT.name}: {len(self._frames)} frames, {seconds:.1f} s, {size:,} bytes\n"
        )


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run a service on a scratch folder; yields its address."""
    process = subprocess.Popen(
        [*GENRE, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "GENRE_DATA_DIR": str(folder / "data"), "GENRE_CHUNK_BYTES": "262144"},
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if found := READY.search(line):
                yield found[1]
                return
        raise RuntimeError("the service has ended")
    finally:
        process.terminate()
        process.wait()


def tour(page: Page, recorder: Recorder, address: str, file: Path) -> None:
    """Sign in, send a file, answer a few questions, and download the result."""
    page.goto(address)
    page.get_by_label("Client id").fill("test")
    page.get_by_label("Client secret").fill("test")
    recorder.show(1_500)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Classify tracks").wait_for()
    recorder.show(1_200)
    page.get_by_label("Files of tracks").set_input_files(file)
    job = page.get_by_role("article", name=file.name)
    recorder.watch(job.get_by_text("done"))
    recorder.show(2_500)
    review(page, recorder)
    download(page, recorder, file)


def review(page: Page, recorder: Recorder) -> None:
    """Answer the first questions by keyboard."""
    page.get_by_role("navigation").get_by_role("link", name="Review").click()
    recorder.watch(page.locator(".choice"))
    recorder.show(1_500)
    for _ in range(ANSWERS):
        before = page.locator(".question h2 a").get_attribute("href")
        page.keyboard.press("1")
        page.locator(f".question h2 a:not([href='{before}'])").wait_for()
        page.wait_for_timeout(300)
        recorder.show(1_000)


def download(page: Page, recorder: Recorder, file: Path) -> None:
    """Open the batch and show its downloads."""
    page.get_by_role("navigation").get_by_role("link", name="Batches").click()
    page.get_by_role("link", name=file.name).first.click()
    menu = page.get_by_text("Download", exact=True).first
    menu.wait_for()
    recorder.show(1_500)
    menu.click()
    page.wait_for_timeout(300)
    recorder.show(2_000)
    offer = page.get_by_text(re.compile("with genres", re.IGNORECASE)).first
    with page.expect_download():
        offer.click()
    recorder.show(2_500)


def main() -> None:
    """Record the tour."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        Path(name).chmod(0o755)  # the account that runs root's Postgres must reach it
        file = Path(name) / "my-tracks.csv"
        options = ("--rows", str(ROWS), "--seed", "7", "--out", str(file))
        subprocess.run([*GENRE, "sample", *options], check=True)
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        with serving(Path(name)) as address:
            page = browser.new_context(viewport=SIZE, reduced_motion="reduce").new_page()
            recorder = Recorder(page)
            tour(page, recorder, address, file)
            recorder.save()
        browser.close()


if __name__ == "__main__":
    main()
