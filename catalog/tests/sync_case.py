"""Test cases that read the catalog of a twin, whose products are those of the demonstration."""

from __future__ import annotations

import json
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from django.test import TestCase, override_settings

from accounts.tests.builders import make_organization
from carriers.contracts import ListedProduct, Platform, SellableChange
from carriers.platforms import easyship_client, veeqo_client
from carriers.sandbox.world import DEMO_WORLD
from carriers.tests.own_twin import twin_of
from catalog.models import CatalogRun, PlatformListing, Product, Sellable
from catalog.pulls import read_catalog
from catalog.sync.runs import begin_run

Facts = dict[str, Any]


def facts_of(sku: str) -> tuple[Facts, Facts]:
    """A product of the twin's world, and the SKU of it."""
    for product in json.loads(DEMO_WORLD.read_text())["products"]:
        for row in product["sellables"]:
            if row["sku"] == sku:
                return product, row
    raise LookupError(sku)


class SyncCase(TestCase):
    """One organization that sells some of what the twin lists."""

    def setUp(self) -> None:
        super().setUp()
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.url = url = self.enterContext(twin_of(folder))
        self.enterContext(
            override_settings(
                VEEQO_BASE_URL=url,
                EASYSHIP_BASE_URL=url,
                VEEQO_API_KEY="vk-probe",
                EASYSHIP_API_TOKEN="ek-probe",
            )
        )
        self.alder = make_organization("alder")

    def control(self, method: str, name: str, /, **body: Any) -> None:
        """Have the twin behave otherwise, or make it fail."""
        request = urllib.request.Request(
            f"{self.url}/__twin__/{name}", data=json.dumps(body).encode(), method=method
        )
        urllib.request.urlopen(request, timeout=30).close()

    def sell(self, sku: str, **changes: Any) -> Sellable:
        """Ours, with the same values as there but for `changes`."""
        product, row = facts_of(sku)
        owner = changes.pop("organization", self.alder)
        names = ("barcode", "price", "cost", "currency", "hs_code", "origin_country")
        sizes = ("weight_g", "length_mm", "width_mm", "height_mm", "customs_description")
        sellable: Sellable = Sellable.objects.create(
            organization=owner,
            product=Product.objects.create(organization=owner, title=product["title"]),
            sku=sku,
            title=changes.pop("title", f"{product['title']} {row['title']}".strip()),
            **{**{name: row[name] for name in (*names, *sizes)}, **changes},
        )
        sellable.refresh_from_db()
        return sellable

    def pull(self, platform: Platform = Platform.VEEQO, **options: bool) -> CatalogRun:
        run = begin_run(platform=platform.value, actor="tests", **options)
        while read_catalog(platform):
            pass
        run.refresh_from_db()
        return run

    def listing(self, sku: str, platform: Platform = Platform.VEEQO) -> PlatformListing:
        found: PlatformListing = PlatformListing.objects.get(
            sellable__sku=sku, platform=platform.value
        )
        return found

    def change_there(self, sku: str, /, **values: Any) -> None:
        """As somebody does in Veeqo's own pages."""
        product, item_ref = self.at_veeqo(sku)
        change = SellableChange(item_ref=item_ref, **values)
        veeqo_client().update_sellables(product.product_ref, [change])

    def at_veeqo(self, sku: str) -> tuple[ListedProduct, str]:
        for product in veeqo_client().list_products().rows:
            for row in product.sellables:
                if row.sku == sku:
                    return product, row.item_ref
        raise LookupError(sku)

    def at_easyship(self, sku: str) -> str:
        return easyship_client().list_products(sku=sku).rows[0].item_ref
