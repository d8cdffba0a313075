"""Writing to the catalog."""

from __future__ import annotations

from catalog.models import PlatformListing


def record_listing(*, sellable_id: int, platform: str, external_ref: str) -> PlatformListing:
    """Keep the id under which a platform lists a sellable; a repeat replaces it."""
    listing, _ = PlatformListing.objects.update_or_create(
        sellable_id=sellable_id, platform=platform, defaults={"external_ref": external_ref}
    )
    return listing
