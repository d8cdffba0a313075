"""Whether every stock number is explained by its ledger; exit status 1 if one is not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from inventory.models import StockLevel
from inventory.proof import StockDifference, stock_differences


class Command(BaseCommand):
    help = (
        "Compares units on hand with the sum of movements, reserved units with open reservations, "
        "and incoming ones with what was ordered or sent and has not arrived. Prints each "
        "difference and exits with 1 if there is any."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        differences = stock_differences()
        for difference in differences:
            self.stdout.write(_line(difference))
        if differences:
            raise SystemExit(1)
        count = StockLevel.objects.count()
        self.stdout.write(f"{count} stock levels, each explained by its ledger.")


def _line(difference: StockDifference) -> str:
    level = (
        StockLevel.objects.select_related("sellable", "warehouse")
        .filter(sellable_id=difference.sellable_id, warehouse_id=difference.warehouse_id)
        .first()
    )
    place = (
        f"{level.sellable.sku} in {level.warehouse.code}"
        if level
        else f"sellable {difference.sellable_id} in warehouse {difference.warehouse_id}"
    )
    return f"{place}: {difference.stored} {difference.what}, {difference.explained} by the ledger"
