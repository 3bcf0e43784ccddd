"""Read pages that load nothing."""

from html.parser import HTMLParser

MAX_BYTES = 5_000_000
VOID = {"meta", "br", "link"}
LOADING = {"src", "href", "srcset", "action", "data", "onclick", "onload", "onerror"}


class _Reader(HTMLParser):
    """Collects the text of a page, and checks that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.update(name for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.update(name for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)


def text_of_page(content: bytes) -> str:
    """Check that a page is well-formed, small and loads nothing; return its text."""
    html = content.decode("utf-8")
    reader = _Reader()
    reader.feed(html)
    assert reader.open == []
    assert len(content) < MAX_BYTES
    assert not reader.attributes & LOADING
    for loading in ("url(", "@import", "<script", "://"):
        assert loading not in html
    return " ".join(" ".join(reader.words).split())
