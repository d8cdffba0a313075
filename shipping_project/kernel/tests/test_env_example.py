"""The example of the environment names all that the settings read, and nothing else."""

from __future__ import annotations

import re

from django.conf import settings

# Set by the commands in bin/ or by compose.yaml, not read by the settings themselves.
READ_ELSEWHERE = {"STATE_DIR", "POSTGRES_PASSWORD"}


def test_example_names_exactly_what_is_read() -> None:
    source = (settings.BASE_DIR / "shipping_project" / "settings.py").read_text(encoding="utf-8")
    example = (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8")

    read = set(re.findall(r'ENV\.\w+\(\s*"([A-Z_]+)"', source))
    named = set(re.findall(r"^#?([A-Z][A-Z_]+)=", example, re.MULTILINE))

    assert named - READ_ELSEWHERE == read
