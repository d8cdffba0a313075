"""Who wants to know that units have arrived; apps above register here."""

from __future__ import annotations

from collections.abc import Callable, Collection

Receiver = Callable[[frozenset[int]], None]
_receivers: list[Receiver] = []


def on_arrival(receiver: Receiver) -> None:
    """`receiver` is told the ids of sellables, in the transaction in which they arrive."""
    _receivers.append(receiver)


def tell_of_arrival(sellable_ids: Collection[int]) -> None:
    for receiver in _receivers:
        receiver(frozenset(sellable_ids))
