"""A page of a platform's list: however many rows, the same few statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from accounts.tests.builders import make_organization
from catalog.models import ListedIssue, PlatformListing, Sellable, SyncConflict
from catalog.sync.items import ListedItem
from catalog.sync.taking import Outcome, PageOutcome, take_items
from catalog.tests.builders import make_sellable

FEW, MANY = 3, 60


def _item(
    number: int, *, sku: str = "", weight_g: int = 250, is_deleted: bool = False
) -> ListedItem:
    return ListedItem(
        item_ref=f"ref-{number}",
        parent_ref=f"parent-{number}",
        sku=sku or f"SKU-{number}",
        title="Mug",
        is_deleted=is_deleted,
        values={"weight_g": weight_g},
    )


class PageCostTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")

    def sell(self, count: int, *, weight_g: int) -> None:
        for number in range(count):
            make_sellable(self.alder, f"SKU-{number}", weight_g=weight_g)

    def take(self, items: Sequence[ListedItem]) -> PageOutcome:
        return take_items(platform="veeqo", items=items)

    def cost(self, items: Sequence[ListedItem]) -> int:
        with CaptureQueriesContext(connection) as seen:
            self.take(items)
        return len(seen)

    def assert_same_cost(self, rows: Callable[[int], Sequence[ListedItem]]) -> None:
        small = self.cost(rows(FEW))
        _forget()
        self.assertEqual(self.cost(rows(MANY)), small)

    def test_first_links(self) -> None:
        self.sell(MANY, weight_g=250)

        self.assert_same_cost(_items)

        self.assertEqual(PlatformListing.objects.count(), MANY)

    def test_first_disputes(self) -> None:
        self.sell(MANY, weight_g=300)

        self.assert_same_cost(_items)

        self.assertEqual(SyncConflict.objects.still_open().count(), MANY)

    def test_disputes_that_are_known_and_then_healed(self) -> None:
        self.sell(MANY, weight_g=300)
        self.take(_items(MANY))
        known = [self.cost(_items(count)) for count in (FEW, MANY)]
        Sellable.objects.update(weight_g=250)
        healing = self.cost(_items(FEW)), self.cost(_items(MANY)[FEW:])

        self.assertEqual(known[0], known[1])
        self.assertEqual(healing[0], healing[1])
        self.assertEqual(set(SyncConflict.objects.values_list("state", flat=True)), {"healed"})

    def test_rows_without_a_match(self) -> None:
        self.assert_same_cost(_items)

        self.assertEqual(ListedIssue.objects.unsettled().count(), MANY)

    def test_rows_gone_there(self) -> None:
        self.sell(MANY, weight_g=250)
        self.take(_items(MANY))
        gone = [_item(number, is_deleted=True) for number in range(MANY)]

        self.assertEqual(self.cost(gone[:FEW]), self.cost(gone[FEW:]))

        self.assertFalse(PlatformListing.objects.filter(missing_since=None).exists())


class RowsOfOnePageTests(TestCase):
    """A later row meets what an earlier one of the same page changed."""

    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.mug = make_sellable(self.alder, "MUG", weight_g=250)

    def take(self, *items: ListedItem) -> list[str]:
        found = take_items(platform="veeqo", items=items)
        self.assertEqual(found.counts.total(), len(items))
        return sorted(found.counts.elements())

    def test_same_row_twice_is_linked_once(self) -> None:
        row = _item(1, sku="MUG")

        self.assertEqual(self.take(row, row), [Outcome.LINKED, Outcome.UNCHANGED])

        self.assertEqual(PlatformListing.objects.get().external_ref, "ref-1")

    def test_second_item_with_the_sku_is_not_linked(self) -> None:
        found = self.take(_item(1, sku="MUG"), _item(2, sku="MUG"))

        self.assertEqual(found, [Outcome.LINKED, Outcome.UNMATCHED])
        self.assertEqual(PlatformListing.objects.get().external_ref, "ref-1")
        self.assertEqual(ListedIssue.objects.get().kind, "doubled_sku")

    def test_row_that_changed_between_two_readings_of_it(self) -> None:
        self.take(_item(1, sku="MUG"))

        self.take(_item(1, sku="MUG", weight_g=260), _item(1, sku="MUG", weight_g=270))

        self.mug.refresh_from_db()
        self.assertEqual(self.mug.weight_g, 270)
        self.assertEqual(PlatformListing.objects.get().agreed_values["weight_g"], 270)

    def test_row_that_went_and_came_back(self) -> None:
        self.take(_item(1, sku="MUG"))

        self.take(_item(1, sku="MUG", is_deleted=True), _item(1, sku="MUG"))

        self.assertIsNone(PlatformListing.objects.get().missing_since)

    def test_dispute_twice_on_a_page_is_one(self) -> None:
        self.take(_item(1, sku="MUG", weight_g=300), _item(1, sku="MUG", weight_g=310))

        self.assertEqual(SyncConflict.objects.get().theirs["weight_g"], 310)


def _items(count: int) -> list[ListedItem]:
    return [_item(number) for number in range(count)]


def _forget() -> None:
    PlatformListing.objects.all().delete()
    ListedIssue.objects.all().delete()
