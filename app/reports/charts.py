"""Draw charts as inline SVG: small, without scripts, in the colours of the style sheet.

Each has a name for people who do not see it; the figures are in the text or a table next to it.
"""

from collections.abc import Sequence
from itertools import pairwise

from app.reports.markup import Markup, el, join, number

WIDTH, HEIGHT = 340.0, 170.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 18.0, 18.0, 8.0, 22.0
_BASE = HEIGHT - _BOTTOM
Points = Sequence[tuple[float, float]]


def svg(label: str, *content: Markup, width: float = WIDTH, height: float = HEIGHT) -> Markup:
    """Return a picture with a name."""
    box = f"0 0 {number(width)} {number(height)}"
    return el("svg", *content, viewBox=box, role="img", aria_label=label)


def histogram(
    label: str,
    edges: Sequence[float],
    shares: Sequence[float],
    expected: Sequence[float] | None,
    ticks: Sequence[tuple[float, str]],
) -> Markup:
    """Draw shares as bars, and the expected shares as a line of steps."""
    low, high = edges[0], edges[-1]
    top = max([*shares, *(expected or ()), 1e-9])

    def x(value: float) -> float:
        return _LEFT + (value - low) / max(high - low, 1e-12) * (WIDTH - _LEFT - _RIGHT)

    def y(share: float) -> float:
        return _BASE - share / top * (_BASE - _TOP)

    bars = [
        el(
            "rect",
            el("title", f"{start:.4g} to {end:.4g}: {share:.1%}"),
            x=x(start) + 0.5,
            y=y(share),
            width=max(x(end) - x(start) - 1, 0.5),
            height=_BASE - y(share),
            class_="bar",
        )
        for (start, end), share in zip(pairwise(edges), shares, strict=True)
    ]
    steps = [
        (x(edge), y(share))
        for (start, end), share in zip(pairwise(edges), expected or (), strict=bool(expected))
        for edge in (start, end)
    ]
    line = [el("path", d=path(steps), class_="expected")] if steps else []
    return svg(label, *bars, *line, _axis([(x(value), text) for value, text in ticks]))


def columns(
    label: str, names: Sequence[str], shares: Sequence[float], expected: Sequence[float] | None
) -> Markup:
    """Draw a bar for each name, with a mark where it is expected."""
    step = (WIDTH - _LEFT - _RIGHT) / max(len(names), 1)
    top = max([*shares, *(expected or ()), 1e-9])
    drawn = []
    for index, (name, share) in enumerate(zip(names, shares, strict=True)):
        left = _LEFT + index * step
        height = share / top * (_BASE - _TOP)
        text = f"{name}: {share:.1%}" + (f", training {expected[index]:.1%}" if expected else "")
        drawn.append(
            el(
                "rect",
                el("title", text),
                x=left + step * 0.15,
                y=_BASE - height,
                width=step * 0.7,
                height=height,
                class_="bar",
            )
        )
        if expected:
            level = _BASE - expected[index] / top * (_BASE - _TOP)
            ends = [(left + step * 0.05, level), (left + step * 0.95, level)]
            drawn.append(el("path", d=path(ends), class_="expected"))
    centres = [(_LEFT + (index + 0.5) * step, name) for index, name in enumerate(names)]
    return svg(label, *drawn, _axis(centres))


def calibration(label: str, bins: Sequence[tuple[float, float, float]]) -> Markup:
    """Draw accuracy against confidence; bins are (confidence, accuracy, share)."""
    side = 220.0

    def place(confidence: float, accuracy: float) -> tuple[float, float]:
        room = side - 30
        return 22 + confidence * room, side - 22 - accuracy * room

    even = el("path", d=path([place(0, 0), place(1, 1)]), class_="even")
    dots = [
        el(
            "circle",
            el("title", f"Confidence {c:.2f}: {a:.1%} right; {share:.1%} of the tracks"),
            cx=place(c, a)[0],
            cy=place(c, a)[1],
            r=3 + 9 * share**0.5,
            class_="dot",
        )
        for c, a, share in bins
    ]
    texts = [
        _text(*place(0.5, -0.09), "confidence"),
        *(_text(*place(v, -0.09), t) for v, t in ((0, "0"), (1, "1"))),
        el("text", "right", x=2.0, y=14.0),
    ]
    return svg(label, even, *dots, *texts, width=side, height=side)


def scatter(label: str, groups: Sequence[tuple[str, Points, Sequence[str]]]) -> Markup:
    """Draw points with titles, one group after the other; a group is (class, points, titles)."""
    width, height, edge = 720.0, 460.0, 10.0
    every = [point for _, points, _ in groups for point in points]
    left, right = min(x for x, _ in every), max(x for x, _ in every)
    low, high = min(y for _, y in every), max(y for _, y in every)
    across = (width - 2 * edge) / max(right - left, 1e-9)
    up = (height - 2 * edge) / max(high - low, 1e-9)
    drawn = [
        el(
            "g",
            [
                el(
                    "circle",
                    el("title", title),
                    cx=edge + (x - left) * across,
                    cy=height - edge - (y - low) * up,
                    r=4.0,
                )
                for (x, y), title in zip(points, titles, strict=True)
            ],
            class_=name,
        )
        for name, points, titles in groups
    ]
    return svg(label, *drawn, width=width, height=height)


def path(points: Points) -> str:
    """Return the `d` of a line through points."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def _axis(ticks: Points | Sequence[tuple[float, str]]) -> Markup:
    line = el("path", d=path([(_LEFT, _BASE), (WIDTH - _RIGHT, _BASE)]), class_="axis")
    return join(line, [_text(x, HEIGHT - 6, str(text)) for x, text in ticks])


def _text(x: float, y: float, text: str) -> Markup:
    return el("text", text, x=x, y=y, text_anchor="middle")
