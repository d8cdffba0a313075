"""What a token may do, as the documents name it: `public.<resource>:<read|write>`."""

from __future__ import annotations

from collections.abc import Collection

# By the first part of the path; what is not here is named after it without its plural.
RESOURCES = {
    "account": "",
    "addresses": "address",
    "batches": "batch",
    "boxes": "box",
    "countries": "reference",
    "item_categories": "reference",
    "sandbox": "track_3p",
    "taxes_and_duties": "tax_and_duty",
    "trackings": "track_3p",
}
# Paths that do not follow the first part.
EXCEPTIONS = {
    ("GET", "/shipments/trackings"): "public.track:read",
    ("POST", "/rates"): "public.rate:read",
    ("POST", "/taxes_and_duties"): "public.tax_and_duty:read",
    ("POST", "/addresses/validations"): "public.address_validation:write",
    ("POST", "/addresses/validations_domestic"): "public.address_validation_domestic:write",
    ("GET", "/account/credit"): "public.credit:read",
}
# The last part of a path where it decides.
LAST_PARTS = {
    "label": "public.label:write",
    "documents": "public.shipment_document:read",
    "pickup_slots": "public.pickup:read",
    "transaction_records": "public.transaction_record:read",
}


def missing_scope(granted: Collection[str], method: str, path: str) -> str:
    """The scope that a call lacks, "" when it has it. Nothing granted means everything is."""
    wanted = scope_of(method, path)
    return wanted if granted and wanted and wanted not in granted else ""


def scope_of(method: str, path: str) -> str:
    if (method, path) in EXCEPTIONS:
        return EXCEPTIONS[(method, path)]
    parts = path.strip("/").split("/")
    if parts[-1] in LAST_PARTS:
        return LAST_PARTS[parts[-1]]
    resource = RESOURCES.get(parts[0], parts[0].removesuffix("s"))
    return f"public.{resource}:{'read' if method == 'GET' else 'write'}" if resource else ""
