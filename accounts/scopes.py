"""What an API key may be allowed to do."""

from __future__ import annotations

SCOPES = (
    "orders:read",
    "orders:write",
    "labels:buy",
    "catalog:read",
    "catalog:write",
    "stock:read",
    "stock:write",
    "rules:read",
    "rules:publish",
    "jobs:read",
    "jobs:write",
)
