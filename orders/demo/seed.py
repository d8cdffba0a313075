"""The demonstration: two organizations, four warehouses, their goods, people and orders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Organization, Role, User
from accounts.scopes import SCOPES
from accounts.services.keys import KeyTerms, create_api_key
from catalog.models import Product, Sellable
from inventory.models import MovementKind, Warehouse
from inventory.services.stock import move_stock
from orders.models import Box, OrderSource
from orders.rules.drafts import LineDraft, OrderDraft
from orders.services.intake import receive_order
from orders.services.rates import enter_currency_rate, import_table
from shipping_project.kernel.postal import PostalAddress

WORLD = settings.BASE_DIR / "carriers" / "sandbox" / "worlds" / "demo.json"
ORDERS = Path(__file__).parent / "orders.json"
RATE_TABLE = Path(__file__).parent / "rate_table.csv"
# Name, inner millimetres, grams when empty and at most when closed.
BOXES = (
    ("Small", (250, 200, 150), 160, 5_000),
    ("Medium", (400, 300, 250), 380, 15_000),
    ("Large", (600, 400, 400), 820, 30_000),
)
# What one unit of each buys in dollars.
CURRENCIES = {"CAD": "0.73", "EUR": "1.09", "GBP": "1.27"}
PASSWORD = "demo-Pass-2026"  # noqa: S105 # printed at every start of the demonstration
ORGANIZATIONS = {"alder": "Alder & Pine Outfitters", "birch": "Birch Paper & Tea"}
# Name, role, organization ("" is staff of the shipping firm itself).
PEOPLE = (
    ("admin", Role.ADMINISTRATOR, ""),
    ("manager", Role.MANAGER, ""),
    ("operator", Role.OPERATOR, ""),
    ("auditor", Role.AUDITOR, ""),
    ("partner-alder", Role.PARTNER, "alder"),
    ("partner-birch", Role.PARTNER, "birch"),
)
SOURCES = (OrderSource.API, OrderSource.WEB, OrderSource.PASTE, OrderSource.CSV)
# Days after the latest hand-over for which some orders are promised.
PROMISED_AFTER = 6
Facts = dict[str, Any]


# More than any sample order's label costs, in the account's currency.
COSTLIEST_LABEL = 300


def seed_demo(*, with_orders: bool = True, world_file: Path = WORLD) -> bool:
    """Fill an empty installation; False when the demonstration is there already."""
    if Organization.objects.filter(slug__in=ORGANIZATIONS).exists():
        return False
    world: Facts = json.loads(world_file.read_text(encoding="utf-8"))
    with transaction.atomic():
        organizations = {
            slug: Organization.objects.create(slug=slug, name=name)
            for slug, name in ORGANIZATIONS.items()
        }
        _add_people(organizations)
        warehouses = {row["code"]: _add_warehouse(row) for row in world["warehouses"]}
        for product in world["products"]:
            _add_product(organizations[product["organization"]], product, warehouses)
        _add_rates()
        _add_boxes()
    if with_orders:
        _add_orders(organizations)
    return True


def _add_rates() -> None:
    """About what the twin asks, and three currencies against the dollar."""
    table = RATE_TABLE.read_text(encoding="utf-8")
    import_table(text=table, replace=False, actor="demo")
    for base, rate in CURRENCIES.items():
        enter_currency_rate(
            base=base,
            quote="USD",
            rate=Decimal(rate),
            day=timezone.now().date(),
            source="Demonstration",
            actor="demo",
        )


def _add_boxes() -> None:
    for name, (length, width, height), weight, heaviest in BOXES:
        Box.objects.create(
            name=name,
            length_mm=length,
            width_mm=width,
            height_mm=height,
            weight_g=weight,
            max_weight_g=heaviest,
        )


def scaled_world(path: Path, *, factor: int) -> Path:
    """Write the demonstration's world with `factor` times its stock, and money, for many orders."""
    world: Facts = json.loads(WORLD.read_text(encoding="utf-8"))
    world["company"]["balance"] = f"{COSTLIEST_LABEL * max(factor, 100)}.00"
    for product in world["products"]:
        for row in product["sellables"]:
            row["stock"] = {code: units * factor for code, units in row["stock"].items()}
    path.write_text(json.dumps(world), encoding="utf-8")
    return path


def demo_api_key() -> str:
    return api_key_for("alder")


def api_key_for(slug: str) -> str:
    """A new key of a demo organization; its text is shown once and kept nowhere."""
    organization = Organization.objects.get(slug=slug)
    _, text = create_api_key(
        organization_id=organization.pk, terms=KeyTerms(name="Demo", scopes=SCOPES), actor="demo"
    )
    return text


def _add_people(organizations: dict[str, Organization]) -> None:
    for name, role, slug in PEOPLE:
        user = User(
            username=name,
            email=f"{name}@example.com",
            role=role,
            organization=organizations.get(slug),
            is_staff=role != Role.PARTNER,
            is_superuser=role == Role.ADMINISTRATOR,
        )
        user.set_password(PASSWORD)
        user.save()


def _add_warehouse(row: Facts) -> Warehouse:
    warehouse: Warehouse = Warehouse.objects.create(email="dispatch@example.com", **row)
    return warehouse


def _add_product(
    organization: Organization, facts: Facts, warehouses: dict[str, Warehouse]
) -> None:
    product = Product.objects.create(
        organization=organization,
        title=facts["title"],
        brand=facts["brand"],
        category=facts["category"],
    )
    for row in facts["sellables"]:
        values = {key: value for key, value in row.items() if key != "stock"}
        values["title"] = f"{facts['title']}, {row['title']}"
        money = {name: Decimal(row[name]) for name in ("price", "cost")}
        sellable = Sellable.objects.create(
            organization=organization, product=product, **values | money
        )
        for code, units in row["stock"].items():
            move_stock(
                sellable_id=sellable.pk,
                warehouse_id=warehouses[code].pk,
                quantity=units,
                kind=MovementKind.OPENING,
                reason="Opening balance",
                actor="demo",
            )


def _add_orders(organizations: dict[str, Organization]) -> None:
    rows: list[Facts] = json.loads(ORDERS.read_text(encoding="utf-8"))
    moments = _moments(len(rows))
    for number, (row, placed_at) in enumerate(zip(rows, moments, strict=True), start=1):
        receive_order(
            organization_id=organizations[row["organization"]].pk,
            draft=_draft(number, row, placed_at),
            actor="demo",
        )


def sample_bodies() -> Iterator[tuple[str, Facts]]:
    """The sample orders as a partner posts them: organization and body of `POST /orders`."""
    rows: list[Facts] = json.loads(ORDERS.read_text(encoding="utf-8"))
    for number, row in enumerate(rows, start=1):
        body = {
            "external_ref": f"{row['organization'].upper()}-{1000 + number}",
            "ship_to": row["ship_to"],
            "lines": [{"sku": x["sku"], "quantity": x["quantity"]} for x in row["lines"]],
            "carrier": row["carrier"],
            "note": row["note"],
            "hold_reason": row["hold_reason"],
        }
        yield row["organization"], body


def _moments(count: int) -> Iterator[datetime]:
    """When the orders were placed: spread over the last thirteen days, most of them lately."""
    now = timezone.now()
    for index in range(count):
        share = (count - 1 - index) / count
        yield now - timedelta(days=13 * share * share, hours=index % 5)


def _draft(number: int, row: Facts, placed_at: datetime) -> OrderDraft:
    due = (timezone.now() + timedelta(days=row["due_in_days"])).date()
    return OrderDraft(
        source=SOURCES[number % len(SOURCES)],
        external_ref=f"{row['organization'].upper()}-{1000 + number}",
        ship_to=PostalAddress(**row["ship_to"]),
        lines=tuple(LineDraft(sku=x["sku"], quantity=x["quantity"]) for x in row["lines"]),
        requested_carrier=row["carrier"],
        note=row["note"],
        placed_at=placed_at,
        ship_by=datetime.combine(due, time(17), tzinfo=UTC),
        deliver_by=due + timedelta(days=PROMISED_AFTER) if number % 3 == 0 else None,
        hold_reason=row["hold_reason"],
    )
