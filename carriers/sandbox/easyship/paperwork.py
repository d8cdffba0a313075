"""A shipment as answered, and its papers: label in four formats, commercial invoice."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from reportlab.lib.pagesizes import A4

from carriers.sandbox.documents import (
    LABEL_SIZE,
    InvoiceFacts,
    InvoiceLine,
    LabelFacts,
    invoice_pdf,
    label_pdf,
    label_png,
    label_zpl,
)
from carriers.sandbox.easyship import buying, moving
from carriers.sandbox.easyship.answers import NOT_COMPLIANT, refused
from carriers.sandbox.easyship.drafting import document_url
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

Body = dict[str, Any]
# What the twin keeps with a shipment and no answer shows.
HIDDEN = frozenset({"asked", "document_id", "label_fails", "printing"})
LABELS: dict[str, Callable[[LabelFacts], bytes]] = {
    "pdf": label_pdf,
    "png": label_png,
    "zpl": label_zpl,
}
PNG = "image/png"
DOCUMENT_TYPE = (
    "#/paths/~12024-09~1shipments~1{easyship_shipment_id}~1documents/get/parameters/1/schema"
)


def rendered(world: World, shipment: Body, wanted: Body) -> Body:
    """`wanted` may hold the format and the size of the documents."""
    shown = {name: value for name, value in shipment.items() if name not in HIDDEN}
    shown["delivery_state"] = moving.delivery_state(world, shipment)
    if shipment["label_state"] in buying.LABELLED:
        shown["shipping_documents"] = [_label(world, shipment, wanted)]
        if _is_export(shipment):
            shown["shipping_documents"].append(_invoice(world, shipment))
    return shown


def wanted_by_query(request: Request) -> Body:
    """Reading defaults to links."""
    return {
        "format": (request.first("format") or "url").lower(),
        "label": request.first("label") or "4x6",
    }


def wanted_by_purchase(shipment: Body) -> Body:
    """A purchase defaults to images."""
    wanted: Body = {"format": "png", "label": "4x6"} | shipment["printing"]
    return wanted


def _is_export(shipment: Body) -> bool:
    origin, to = shipment["origin_address"], shipment["destination_address"]
    return bool(origin["country_alpha2"] != to["country_alpha2"])


def _label(world: World, shipment: Body, wanted: Body) -> Body:
    kind, size = wanted["format"], wanted["label"].lower()
    draw = LABELS.get(kind)
    files = _label_files(world, shipment, draw, kind) if draw else []
    texts = [base64.b64encode(file).decode() for file in files]
    return {
        "category": "label",
        "required": True,
        "format": kind if draw else "url",
        "page_size": size,
        "base64_encoded_strings": texts * world.options.easyship_label_parts,
        "url": None if draw else document_url(world, shipment, "label", size),
    }


def _label_files(
    world: World, shipment: Body, draw: Callable[[LabelFacts], bytes], kind: str
) -> list[bytes]:
    """One for each parcel, or all of them as the pages of one."""
    facts = label_facts(shipment)
    if kind == "pdf" and world.options.easyship_parcel_labels == "joined":
        return [label_pdf(*facts)]
    return [draw(one) for one in facts]


def _invoice(world: World, shipment: Body) -> Body:
    return {
        "category": "commercial_invoice",
        "required": True,
        "format": "url",
        "page_size": "a4",
        "base64_encoded_strings": [],
        "url": document_url(world, shipment, "commercial_invoice", "a4"),
    }


def label_facts(shipment: Body) -> list[LabelFacts]:
    """Of each parcel; one without a number of its own goes by that of the shipment."""
    return [
        LabelFacts(
            carrier=shipment["courier_service"]["umbrella_name"],
            service=shipment["courier_service"]["name"],
            tracking_number=parcel["tracking_number"] or _number(shipment),
            reference=shipment["order_data"]["platform_order_number"] or "",
            weight_g=parcel["total_actual_weight"] * 1000,
            ship_from=_lines(shipment["origin_address"]),
            ship_to=_lines(shipment["destination_address"]),
        )
        for parcel in shipment["parcels"]
    ]


def _number(shipment: Body) -> str:
    return str(shipment["trackings"][0]["tracking_number"])


def _lines(address: Body) -> tuple[str, ...]:
    place = (address["city"], address["state"], address["postal_code"])
    return (
        address["contact_name"],
        address["company_name"] or "",
        address["line_1"],
        address["line_2"] or "",
        " ".join(part for part in place if part),
        address["country_alpha2"],
    )


def _invoice_facts(shipment: Body) -> InvoiceFacts:
    items = [item for parcel in shipment["parcels"] for item in parcel["items"]]
    return InvoiceFacts(
        reference=shipment["easyship_shipment_id"],
        incoterms=shipment["incoterms"],
        seller=_lines(shipment["origin_address"]),
        buyer=_lines(shipment["destination_address"]),
        lines=tuple(
            InvoiceLine(
                description=item["description"] or "",
                hs_code=item["hs_code"] or "",
                origin=item["origin_country_alpha2"] or "",
                quantity=item["quantity"],
                unit_value=item["declared_customs_value"],
                currency=item["declared_currency"],
            )
            for item in items
        ),
    )


def documents(world: World, request: Request) -> Response:
    """The commercial invoice; labels are not served here."""
    shipment = world.store.get(buying.KIND, request.params["easyship_shipment_id"])
    if shipment is None:
        raise refused("resource_not_found", "The Shipment was not found")
    kind = request.first("document_type") or "commercial_invoice"
    if kind != "commercial_invoice":
        told = f'"{kind}" isn\'t part of the enum in {DOCUMENT_TYPE}'
        raise refused("invalid_url_param", NOT_COMPLIANT, told)
    if shipment["label_state"] not in buying.LABELLED:
        detail = "The shipment has been canceled or the label hasn't been purchased."
        raise refused("invalid_request", detail)
    size = LABEL_SIZE if request.first("page_size") == "4x6" else A4
    return _file(invoice_pdf(_invoice_facts(shipment), size))


def document_file(world: World, request: Request) -> Response:
    """What a document's address leads to; the bearer is needed here as well."""
    category = request.params["category"]
    papers = world.store.get(buying.PAPERS, request.params["document_id"]) or {"id": ""}
    shipment = world.store.get(buying.KIND, papers["id"])
    if shipment is not None and shipment["label_state"] in buying.LABELLED:
        if category == "label":
            return _label_file(shipment, request.headers.get("accept", ""))
        if category == "commercial_invoice" and _is_export(shipment):
            return _file(invoice_pdf(_invoice_facts(shipment), A4))
    raise refused("resource_not_found", "The Document was not found")


def _label_file(shipment: Body, accepted: str) -> Response:
    """A PDF, to those who accept nothing but an image an image."""
    facts = label_facts(shipment)
    if accepted == PNG:
        return _file(label_png(facts[0]), PNG)
    return _file(label_pdf(*facts))


def _file(content: bytes, media_type: str = "application/pdf") -> Response:
    return Response(status=200, body=content, headers={"Content-Type": media_type})


ROUTES = (
    Route("GET", "/shipments/{easyship_shipment_id}/documents", documents),
    Route(
        "GET",
        "/shipment/v1/shipments/{document_id}/shipping_documents/{category}",
        document_file,
    ),
)
