"""Whether some rules together match every order of a box, and one that they leave if not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from orders.rules.lint.boxes import Box, Space, TooTangled
from orders.rules.lint.shapes import Shape

# Pieces that a box may be cut into before the question is given up.
MOST_PIECES = 2_000


class Cover:
    """The boxes of all rules, numbered, those that ask least first; a set of them is an integer."""

    def __init__(self, space: Space, shapes: Sequence[Shape]) -> None:
        self.space = space
        owned = [(shape.place, box) for shape in shapes for box in shape.boxes or ()]
        owned.sort(key=lambda pair: (len(pair[1].sets) + len(pair[1].some), pair[0]))
        self.boxes = [box for _, box in owned]
        self.owners = [place for place, _ in owned]
        self.everything = (1 << len(owned)) - 1
        self._of_rule: dict[int, int] = {}
        for at, place in enumerate(self.owners):
            self._of_rule[place] = self._of_rule.get(place, 0) | 1 << at
        self._of_class = {name: self._masks(name) for name in space.domains}
        self._touching: dict[tuple[str, int], int] = {}

    def _masks(self, name: str) -> list[int]:
        """For each class of a field the boxes that allow it."""
        masks = [0] * len(self.space.domains[name].values)
        for at, box in enumerate(self.boxes):
            bits = box.sets.get(name)
            for place in range(len(masks)):
                if bits is None or bits >> place & 1:
                    masks[place] |= 1 << at
        return masks

    def of_rules(self, shapes: Iterable[Shape]) -> int:
        mask = 0
        for shape in shapes:
            mask |= self._of_rule.get(shape.place, 0)
        return mask

    def places(self, mask: int) -> list[int]:
        """The rules that boxes belong to, in order."""
        return sorted({self.owners[at] for at in _numbers(mask)})

    def touching(self, box: Box) -> int:
        """The boxes that may have an order in common with it."""
        mask = -1
        for name, bits in box.sets.items():
            key = (name, bits)
            found = self._touching.get(key)
            if found is None:
                found = self._touching[key] = self._any_class(name, bits)
            mask &= found
        return mask

    def _any_class(self, name: str, bits: int) -> int:
        found = 0
        for place, mask in enumerate(self._of_class[name]):
            if bits >> place & 1:
                found |= mask
        return found

    def left(self, boxes: Iterable[Box], covering: int) -> tuple[Box | None, int]:
        """A part that none of `covering` matches, None where there is none; and those it met.

        Raises TooTangled.
        """
        met = 0
        waiting = [(box, covering) for box in reversed(tuple(boxes))]
        for _ in range(MOST_PIECES):
            if not waiting:
                return None, met
            piece, others = waiting.pop()
            others &= self.touching(piece)
            for at in _numbers(others):
                others &= ~(1 << at)
                pieces = self.space.outside(piece, self.boxes[at])
                if pieces is not None:
                    met |= 1 << at
                    waiting += [(one, others) for one in reversed(pieces)]
                    break
            else:
                return piece, met
        raise TooTangled


def _numbers(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        mask ^= lowest
        yield lowest.bit_length() - 1
