"""A posted body → an event. Pure and tolerant of the older ways to write one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carriers.contracts import Platform

# Versions before 2024-09 name the content after what it tells of.
# Source: Easyship, webhook events of v1.0 and 2024-09.
CONTENT_KEYS = ("data", "shipment", "label", "tracking_status", "tracking_checkpoints")
SHIPMENT_KEY = "easyship_shipment_id"
NUMBER_KEY = "platform_order_number"


class UnreadableEvent(ValueError):
    """The body is no JSON object, or does not say what happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEvent:
    """What a platform says has happened. It is a hint and no proof: whoever acts on it asks first.

    `shipment_ref` is the platform's number of a shipment and `reference` ours; both may be empty.
    """

    platform: Platform
    event_type: str
    resource_type: str = ""
    resource_id: str = ""
    shipment_ref: str = ""
    reference: str = ""
    data: Mapping[str, Any]


def read_event(body: bytes | str, *, platform: Platform) -> InboxEvent:
    """Raises UnreadableEvent."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableEvent("The body is no JSON.") from None
    if not isinstance(value, dict) or not _text(value, "event_type"):
        raise UnreadableEvent("The body names no event.")
    data: Mapping[str, Any] = next(
        (value[key] for key in CONTENT_KEYS if isinstance(value.get(key), dict)), {}
    )
    resource_type, resource_id = _text(value, "resource_type"), _text(value, "resource_id")
    of_shipment = resource_id if resource_type == "shipment" else ""
    return InboxEvent(
        platform=platform,
        event_type=_text(value, "event_type"),
        resource_type=resource_type,
        resource_id=resource_id,
        shipment_ref=_text(data, SHIPMENT_KEY) or of_shipment,
        reference=_text(data, NUMBER_KEY),
        data=data,
    )


def _text(value: Mapping[str, Any], key: str) -> str:
    """Without NUL, which no database keeps."""
    inner = value.get(key)
    if not isinstance(inner, str | int):
        return ""
    return str(inner).replace("\x00", "").encode("utf-8", "replace").decode().strip()
