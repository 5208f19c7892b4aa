"""What loading a layer came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from carma.errors import InvalidInput

EXAMPLES = 5


class LayerRefused(InvalidInput):
    """A file can't be used at all; nothing of the layer was changed."""

    code = "layer_refused"


@dataclass
class LayerResult:
    """One layer: how many records were read, and what became of them.

    `refused` maps a reason to the names of the records it applies to. `failure` says why the whole layer
    was left as it was.
    """

    layer: str
    file: str = ""
    read: int = 0
    new: int = 0
    changed: int = 0
    ended: int = 0
    elsewhere: int = 0  # outside the zone's municipalities: none of our business, not an error
    not_current: int = 0  # proposed, reserved or retired at the source
    refused: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    failure: str = ""
    refused_keys: set[str] = field(default_factory=set)  # what is known of these stays as it is

    def refuse(self, name: str, reason: str, *, key: str = "") -> None:
        self.refused.setdefault(reason, []).append(name)
        self.refused_keys.add(key)

    @property
    def refused_count(self) -> int:
        return sum(len(names) for names in self.refused.values())

    @property
    def touched(self) -> bool:
        return bool(self.new or self.changed or self.ended)

    def count(self, counts: Counter[str]) -> None:
        self.new += counts["new"]
        self.changed += counts["changed"]
        self.ended += counts["ended"]

    def lines(self) -> list[str]:
        """For the terminal: one line of counts, then the reasons with some examples each."""
        told = f"{self.layer:<14} {self.file}".rstrip()
        if self.failure:
            return [_("%(layer)s: REFUSED. %(why)s") % {"layer": told, "why": self.failure}]
        if not (self.read or self.elsewhere or self.touched):
            return [f"{told}: {note}" for note in self.notes or [_("nothing to do")]]
        return [f"{told}: {self._counts()}", *(f"    {line}" for line in [*self._reasons(), *self.notes])]

    def _counts(self) -> str:
        counts = [
            _("read %d") % self.read,
            _("new %d") % self.new,
            _("changed %d") % self.changed,
            _("ended %d") % self.ended,
            _("refused %d") % self.refused_count,
        ]
        if self.elsewhere:
            counts.append(_("outside the zone %d") % self.elsewhere)
        if self.not_current:
            counts.append(_("not current %d") % self.not_current)
        return ", ".join(counts)

    def _reasons(self) -> Iterator[str]:
        for reason, names in self.refused.items():
            shown = ", ".join(names[:EXAMPLES]) + (" …" if len(names) > EXAMPLES else "")
            yield _("refused %(count)d: %(reason)s (%(names)s)") % {
                "count": len(names),
                "reason": reason,
                "names": shown,
            }
