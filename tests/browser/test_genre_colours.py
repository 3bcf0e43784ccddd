"""The colours of genres: different for every eye, and visible on every background."""

import re
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from support.repository import ROOT

Colours = npt.NDArray[np.float64]
SOURCE = ROOT / "web" / "src" / "genres" / "genres.css"
PAIR = re.compile(r"\.genre-\d+ \{\n  --genre: light-dark\((#\w{6}), (#\w{6})\);")
BACKGROUNDS = {
    "light": ["#ffffff", "#f6f6f8", "#f3f3f6"],
    "dark": ["#17181e", "#0f1014", "#20212a"],
}
# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "everyone": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> Colours:
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    dark = channels / 12.92
    return np.where(channels <= 0.04045, dark, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    lightness = sorted(float(TO_XYZ[1] @ linear(colour)) + 0.05 for colour in (one, other))
    return lightness[1] / lightness[0]


def lab(colour: str, sight: Colours) -> Colours:
    xyz = TO_XYZ @ np.clip(sight @ linear(colour), 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: Colours, other: Colours) -> float:
    """The difference of two colours in CIELAB."""
    mean_chroma = (np.hypot(*one[1:]) + np.hypot(*other[1:])) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25**7))
    a1, a2 = one[1] * stretch, other[1] * stretch
    c1, c2 = np.hypot(a1, one[2]), np.hypot(a2, other[2])
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, one[2]), (a2, other[2])))
    turn = (h2 - h1 + 180) % 360 - 180
    hue = (h1 + h2) / 2 + (180 if abs(h1 - h2) > 180 else 0)
    light, chroma = (one[0] + other[0]) / 2, (c1 + c2) / 2
    waves = ((1, -0.17, -30), (2, 0.24, 0), (3, 0.32, 6), (4, -0.2, -63))
    t = 1 + sum(share * np.cos(np.radians(times * hue + off)) for times, share, off in waves)
    s_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_chroma, s_hue = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    bend = np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * np.sin(bend)
    d_light, d_chroma = (other[0] - one[0]) / s_light, (c2 - c1) / s_chroma
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2) / s_hue
    return float(np.sqrt(d_light**2 + d_chroma**2 + d_hue**2 + rotation * d_chroma * d_hue))


def colours_of(scheme: str) -> list[str]:
    found = PAIR.findall(SOURCE.read_text(encoding="utf-8"))
    return [pair[scheme == "dark"] for pair in found]


def test_ciede2000_agrees_with_published_pairs() -> None:
    """From Sharma, Wu and Dalal (2005)."""
    for one, other, difference in (
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
    ):
        assert ciede2000(np.array(one), np.array(other)) == pytest.approx(difference, abs=1e-4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_colour_is_visible_on_every_background(scheme: str) -> None:
    for colour in colours_of(scheme):
        assert min(contrast(colour, behind) for behind in BACKGROUNDS[scheme]) >= 3, colour


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("sight", "least"), [(s, 19 if s == "everyone" else 12) for s in SIGHT])
def test_any_two_colours_differ(scheme: str, sight: str, least: float) -> None:
    colours = [lab(colour, SIGHT[sight]) for colour in colours_of(scheme)]

    assert len(colours) == 12
    assert min(ciede2000(one, other) for one, other in combinations(colours, 2)) >= least
