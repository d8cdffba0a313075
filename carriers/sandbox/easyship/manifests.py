"""Manifests: what a courier is handed over at the end of a day, with its list on paper."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from carriers.sandbox.documents import list_pdf
from carriers.sandbox.easyship import buying
from carriers.sandbox.easyship.answers import ok, page, refused
from carriers.sandbox.easyship.drafting import stamp
from carriers.sandbox.easyship.forms import check_form
from carriers.sandbox.easyship.rating import courier_service
from carriers.sandbox.shipping import SERVICES
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

KIND = "easyship.manifest"
# Couriers that want to be told which shipments; the others take all that are open.
BY_SHIPMENT = frozenset({"USPS"})
Body = dict[str, Any]


def create(world: World, request: Request) -> Response:
    """Shipments that are not one's own, or of another courier, are left out without a word."""
    given = request.json()
    check_form(given, "ManifestCreate")
    carrier = _carrier(given["courier_id"])
    if carrier in BY_SHIPMENT and not given.get("shipment_ids"):
        told = f"shipment_ids must be provided to generate a manifest for {carrier}."
        raise refused("invalid_content", told)
    found = _shipments(world, carrier, given.get("shipment_ids"))
    pk = str(uuid4())
    manifest: Body = {
        "id": pk,
        "courier": {"id": given["courier_id"], "umbrella_name": carrier},
        "created_at": stamp(world.clock.now()),
        "ref_number": f"TEST{world.store.next_number(KIND, 92750001):016d}",
        "shipments_count": len(found),
        "document": {
            "format": "url",
            "url": f"{world.base_url}/2024-09/manifest/v1/manifests/{pk}/document",
        },
        "numbers": [shipment["trackings"][0]["tracking_number"] for shipment in found],
    }
    world.store.insert(KIND, pk, manifest)
    for shipment in found:
        world.store.put("easyship.manifested", shipment["easyship_shipment_id"], {"manifest": pk})
    return ok(201, "manifest", _shown(manifest))


def _carrier(courier_id: str) -> str:
    for service in SERVICES:
        if courier_service(service)["courier_id"] == courier_id:
            return service.carrier
    raise refused("resource_not_found", "The Courier was not found")


def _shipments(world: World, carrier: str, wanted: list[str] | None) -> list[Body]:
    """Of one courier, with a label, and on no manifest yet."""
    taken = set(world.store.keys("easyship.manifested"))
    return [
        shipment
        for shipment in world.store.each(buying.KIND)
        if shipment["label_state"] in buying.LABELLED
        and shipment["courier_service"]["umbrella_name"] == carrier
        and shipment["easyship_shipment_id"] not in taken
        and (not wanted or shipment["easyship_shipment_id"] in wanted)
    ]


def _shown(manifest: Body) -> Body:
    return {name: value for name, value in manifest.items() if name != "numbers"}


def _need(world: World, request: Request) -> Body:
    manifest = world.store.get(KIND, request.params["manifest_id"])
    if manifest is None:
        raise refused("resource_not_found", "The Manifest was not found")
    return manifest


def show(world: World, request: Request) -> Response:
    return ok(200, "manifest", _shown(_need(world, request)))


def listing(world: World, request: Request) -> Response:
    carrier, number = request.first("courier_umbrella_name"), request.first("ref_number")
    found = [
        manifest
        for manifest in world.store.each(KIND, newest_first=True)
        if carrier in ("", manifest["courier"]["umbrella_name"])
        and number in ("", manifest["ref_number"])
    ]
    return page(request, "manifests", found, _shown)


def document(world: World, request: Request) -> Response:
    manifest = _need(world, request)
    title = f"Manifest {manifest['ref_number']}"
    content = list_pdf(title, [manifest["courier"]["umbrella_name"], *manifest["numbers"]])
    return Response(status=200, body=content, headers={"Content-Type": "application/pdf"})


ROUTES = (
    Route("POST", "/manifests", create),
    Route("GET", "/manifests", listing),
    Route("GET", "/manifests/{manifest_id}", show),
    Route("GET", "/manifest/v1/manifests/{manifest_id}/document", document),
)
