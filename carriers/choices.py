"""Words for people that several models offer."""

from __future__ import annotations

from carriers.contracts import Platform

PLATFORM_CHOICES = [(Platform.VEEQO.value, "Veeqo"), (Platform.EASYSHIP.value, "Easyship")]
