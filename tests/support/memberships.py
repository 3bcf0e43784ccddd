"""A model of which batches brought which tracks, to compare with what Postgres has."""

from dataclasses import dataclass, field

Owner = int | None
"""A batch by its number; None is a request without a batch."""


@dataclass(frozen=True)
class Version:
    """What was stored of a track: by whom, which of the variants, and with which features."""

    owner: Owner
    variant: int
    features: int | None


@dataclass
class Memberships:
    """What must be stored after each step; the last version of a track is the current one."""

    versions: dict[int, list[Version]] = field(default_factory=dict)
    features: dict[int, int] = field(default_factory=dict)
    corrections: dict[int, str] = field(default_factory=dict)

    def send(self, owner: Owner, tracks: set[int], variant: int, *, keeps_features: bool) -> None:
        for track in tracks:
            kept = self.versions.setdefault(track, [])
            if kept:
                last = kept[-1]
                kept[-1] = Version(last.owner, last.variant, self.features.get(track))
            self._set_features(track, variant % 2 if keeps_features else None)
            others = [version for version in kept if version.owner != owner]
            self.versions[track] = [*others, Version(owner, variant, self.features.get(track))]

    def delete(self, owner: Owner) -> None:
        for track, kept in list(self.versions.items()):
            others = [version for version in kept if version.owner != owner]
            if not others:
                del self.versions[track]
                self._set_features(track, None)
            elif kept[-1].owner == owner:
                self._set_features(track, others[-1].features)
            if others:
                self.versions[track] = others

    def correct(self, track: int, genre: str) -> None:
        if track in self.versions:
            self.corrections[track] = genre

    def withdraw(self, track: int) -> None:
        if track in self.versions:
            self.corrections.pop(track, None)

    def preview(self, owner: Owner) -> tuple[int, int, int]:
        own = {track for track, kept in self.versions.items() if kept[-1].owner == owner}
        returned = sum(len(self.versions[track]) > 1 for track in own)
        return len(own) - returned, returned, len(own & self.corrections.keys())

    def _set_features(self, track: int, features: int | None) -> None:
        if features is not None:
            self.features[track] = features
        elif track not in self.corrections:
            self.features.pop(track, None)
