"""A picture of how orders move from old ways to new ones: bands between two columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

MOST_BANDS = 12
OTHERS = "other ways"
ARROW = " → "
WIDTH, COLUMN, GAP = 900, 12, 10
LEFT, RIGHT = 300, 600
HEIGHT = 300
TONES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One way on one side, in units of the picture; `text_y` is the middle."""

    label: str
    orders: int
    x: int
    y: float
    height: float

    @property
    def text_y(self) -> float:
        return round(self.y + self.height / 2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """`path` is the outline of an SVG shape, `tone` one of the chart colours."""

    path: str
    tone: int
    words: str
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    before: tuple[Node, ...]
    after: tuple[Node, ...]
    bands: tuple[Band, ...]
    width: int = WIDTH
    height: int = HEIGHT


def flow_of(flows: Iterable[tuple[str, int]]) -> Flow | None:
    """`flows` are "old way → new way" with how many orders; None where nothing moves."""
    pairs = [_pair(way, count) for way, count in flows if ARROW in way and count]
    shown = [(old, new, count) for old, new, count in pairs[:MOST_BANDS]]
    if rest := sum(count for _, _, count in pairs[MOST_BANDS:]):
        shown.append((OTHERS, OTHERS, rest))
    if not shown:
        return None
    scale = _scale(shown)
    before = _column((old, count) for old, _, count in shown)
    after = _column((new, count) for _, new, count in shown)
    left, right = _nodes(before, LEFT - COLUMN, scale), _nodes(after, RIGHT, scale)
    return Flow(before=left, after=right, bands=_bands(shown, left, right, scale))


def _pair(way: str, count: int) -> tuple[str, str, int]:
    old, _, new = way.partition(ARROW)
    return old, new, count


def _column(ways: Iterable[tuple[str, int]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for way, count in ways:
        sums[way] += count
    return sums


def _scale(shown: list[tuple[str, str, int]]) -> float:
    """Units for one order, so that the fuller column fits with its gaps."""
    most = max(len({old for old, _, _ in shown}), len({new for _, new, _ in shown}))
    return (HEIGHT - GAP * (most - 1)) / sum(count for _, _, count in shown)


def _nodes(sums: Counter[str], x: int, scale: float) -> tuple[Node, ...]:
    nodes: list[Node] = []
    y = 0.0
    for label, count in sums.most_common():
        height = round(count * scale, 1)
        nodes.append(Node(label=label, orders=count, x=x, y=round(y, 1), height=height))
        y += height + GAP
    return tuple(nodes)


def _bands(
    shown: list[tuple[str, str, int]],
    left: tuple[Node, ...],
    right: tuple[Node, ...],
    scale: float,
) -> tuple[Band, ...]:
    top_left = {node.label: node.y for node in left}
    top_right = {node.label: node.y for node in right}
    tones = {node.label: at % TONES + 1 for at, node in enumerate(left)}
    bands: list[Band] = []
    for old, new, count in shown:
        height = count * scale
        path = _path(top_left[old], top_right[new], height)
        top_left[old] += height
        top_right[new] += height
        words = f"{count} from {old} to {new}"
        bands.append(Band(path=path, tone=tones[old], words=words, orders=count))
    return tuple(bands)


def _path(y_left: float, y_right: float, height: float) -> str:
    middle = (LEFT + RIGHT) // 2
    a, b, c, d = (round(y, 1) for y in (y_left, y_right, y_right + height, y_left + height))
    return (
        f"M{LEFT} {a}C{middle} {a} {middle} {b} {RIGHT} {b}"
        f"V{c}C{middle} {c} {middle} {d} {LEFT} {d}Z"
    )
