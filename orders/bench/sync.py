"""How fast a long list of products is read, and in how much memory."""

from __future__ import annotations

import json
import resource
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import Organization
from carriers.contracts import Platform
from carriers.limits import allowed_within, parse_limits
from catalog.models import CatalogRun, PlatformListing, Product, Sellable
from catalog.pulls import read_catalog
from catalog.sync.runs import begin_run
from orders.demo.running import running_twin
from orders.demo.seed import WORLD, seed_demo
from orders.demo.twin_control import change_options, twin_requests
from shipping_project.kernel.benches import Bench, Measured, Options

TARGET = 0.9
# What a page holds at once, and what the allocator keeps of it.
MOST_GROWTH_MB = 32
WRITTEN_AT_ONCE = 1_000
SEEDS_A_SECOND = 200
SAME = (
    "barcode",
    "price",
    "cost",
    "currency",
    "weight_g",
    "length_mm",
    "width_mm",
    "height_mm",
    "hs_code",
    "origin_country",
    "customs_description",
)
VEEQO = Platform.VEEQO.value


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--products", type=int, default=100_000)


def _measure(options: Options) -> Measured:
    count = options["products"]
    world = _world(settings.STATE_DIR / "world.json", count)
    with running_twin(world=world, within_s=60 + count / SEEDS_A_SECOND):
        seed_demo(with_orders=False)
        _sell(count)
        change_options({"preset": "production"})
        begun = timezone.now()
        growth_mb = _read_all()
        seconds = (timezone.now() - begun).total_seconds()
        run = CatalogRun.objects.get()
        requests = [row for row in twin_requests(VEEQO) if row["path"].endswith("/products")]
    refused = sum(row["status"] == 429 for row in requests)
    share = min(1.0, _shortest_s(len(requests) - refused) / seconds)
    linked = PlatformListing.objects.at(VEEQO).count()
    return Measured(
        figures={
            "products": count,
            "seen": run.seen,
            "linked": linked,
            "seconds": round(seconds, 1),
            "products_per_second": round(count / seconds, 1),
            "share": round(share, 3),
            "refused": refused,
            "growth_mb": growth_mb,
        },
        is_fine=linked == count and not refused and share >= TARGET and growth_mb <= MOST_GROWTH_MB,
    )


def _shortest_s(calls: int) -> float:
    """The time in which the limit lets so many calls through."""
    limits = parse_limits(settings.VEEQO_LIMITS)
    seconds = 0.0
    while limits is not None and allowed_within(limits, seconds) < calls:
        seconds += 0.1
    return seconds


def _read_all() -> int:
    """Returns by how many megabytes the peak grew after the first tenth of the list."""
    run = begin_run(platform=VEEQO, actor="bench", is_full=True)
    early = 0
    while read_catalog(Platform.VEEQO):
        run.refresh_from_db()
        if not early and run.last_total and run.seen * 10 >= run.last_total:
            early = _peak_mb()
    return _peak_mb() - (early or _peak_mb())


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _world(path: Path, count: int) -> Path:
    """The demonstration's world with so many products in place of its own."""
    world: dict[str, Any] = json.loads(WORLD.read_text(encoding="utf-8"))
    model = world["products"][0]
    row = model["sellables"][0]
    world["products"] = [
        {**model, "sellables": [{**row, "sku": _sku(number), "stock": {}}]}
        for number in range(count)
    ]
    path.write_text(json.dumps(world), encoding="utf-8")
    return path


def _sell(count: int) -> None:
    """The same products here, so that each row is linked."""
    own = Organization.objects.get(slug="alder")
    model = json.loads(WORLD.read_text(encoding="utf-8"))["products"][0]
    row = model["sellables"][0]
    product = Product.objects.create(organization=own, title=model["title"])
    facts = {name: row[name] for name in SAME if row.get(name) is not None}
    title = f"{model['title']} {row['title']}".strip()
    rows = (
        Sellable(organization=own, product=product, sku=_sku(number), title=title, **facts)
        for number in range(count)
    )
    Sellable.objects.bulk_create(rows, batch_size=WRITTEN_AT_ONCE)


def _sku(number: int) -> str:
    return f"BENCH-{number:06d}"


BENCH = Bench(
    name="sync",
    words="reading of products: share of the limit used, and growth of memory",
    run=_measure,
    add_arguments=_add_arguments,
)
