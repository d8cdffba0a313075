"""What may be written down of a call: ids, numbers, amounts and codes, and nobody's name."""

from __future__ import annotations

import json
import re
from typing import Any

HIDDEN = "[hidden]"
MAX_KEPT = 20_000
# Compared in lower case; whole keys, in either platform's spelling.
PERSONAL_KEYS = frozenset({
    "first_name", "last_name", "full_name", "name", "contact_name", "company", "company_name",
    "phone", "contact_phone", "mobile", "email", "contact_email", "login", "address1", "address2",
    "line_1", "line_2", "address_line_1", "address_line_2", "tax_id", "consignee_tax_id", "eori",
    "vat_number", "ssn", "ein", "eori_id", "ioss_id", "customer_note", "text", "buyer_notes",
    "seller_notes", "notes", "delivery_instructions",
})  # fmt: skip
SECRET_KEYS = frozenset({
    "api_key", "token", "access_token", "refresh_token", "secret", "secret_token", "password",
    "mws_auth_token", "authorization", "api2cart_store_key", "channel_oauth_refresh_token",
})  # fmt: skip
DOCUMENT_KEYS = frozenset({"base64_encoded_strings", "label_content"})
# Names of services, warehouses and stores are no people; they stand beside these keys.
NAMED_THINGS = frozenset({
    "sku_code", "umbrella_name", "warehouse_id", "type_code", "cost", "total_charge",
    "inventory_type_code", "display_position", "provider_type", "carrier",
})  # fmt: skip
# From the start of a word on, which is left once: a body of one long word must not cost the square
# of its length. Possessive groups inside each other match nothing here before Python 3.11.4.
EMAIL = re.compile(
    r"(?<![^\s@=&<>\"])[^\s@=&<>\"]++@[^\s@&<>\"]+"
    r"|(?<![^\s@=&\"])[^\s@=&\"]*?%40[^\s&\"]+"
)
# A key with its text in what should have been JSON and broke off.
KEYED_TEXT = re.compile(r'"(?P<key>[^"\\]+)"(?P<gap>\s*:\s*)"(?:[^"\\]|\\.)*"?')
KEYED_NUMBER = re.compile(r'"(?P<key>[^"\\]+)"(?P<gap>\s*:\s*)-?[\d.]+')


def redacted_json(body: bytes | str) -> str:
    """A body as it may be kept, at most 20,000 characters; broken JSON is cleaned by its keys."""
    try:
        text = _kept_text(json.loads(body)).replace("\\u0000", "")
    except (ValueError, RecursionError):
        told = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        text = _cleaned_text(told[: MAX_KEPT * 2]).replace("\x00", "")
    # Half a character, which JSON can name, is nothing that a database keeps.
    return text[:MAX_KEPT].encode("utf-8", "replace").decode()


def _kept_text(value: Any) -> str:
    """Of a long list, no more rows are cleaned than will be kept."""
    if not isinstance(value, list):
        return json.dumps(redacted(value), ensure_ascii=False)
    rows: list[str] = []
    length = 0
    for row in value:
        rows.append(json.dumps(redacted(row), ensure_ascii=False))
        length += len(rows[-1])
        if length > MAX_KEPT * 2:
            break
    return f"[{', '.join(rows)}]"


def redacted(value: Any) -> Any:
    """The same structure without personal data, secrets and files."""
    if isinstance(value, dict):
        return {key: _entry(str(key).lower(), inner, value) for key, inner in value.items()}
    if isinstance(value, list):
        return [redacted(inner) for inner in value]
    return EMAIL.sub(HIDDEN, value) if isinstance(value, str) else value


def redacted_query(text: str) -> str:
    """A path with its query, without mail addresses."""
    return EMAIL.sub(HIDDEN, text)


def _entry(key: str, value: Any, parent: dict[str, Any]) -> Any:
    if key in SECRET_KEYS:
        return HIDDEN if value else value
    if key in DOCUMENT_KEYS:
        return f"<{len(json.dumps(value))} characters>"
    if key == "name" and NAMED_THINGS & parent.keys():
        return redacted(value)
    return _hidden(value) if key in PERSONAL_KEYS else redacted(value)


def _hidden(value: Any) -> Any:
    """Texts and numbers are hidden, in lists too; an object goes by its own keys."""
    if isinstance(value, dict):
        return redacted(value)
    if isinstance(value, list):
        return [_hidden(inner) for inner in value]
    return value if value in (None, "") or isinstance(value, bool) else HIDDEN


def _cleaned_text(text: str) -> str:
    for pattern in (KEYED_TEXT, KEYED_NUMBER):
        text = pattern.sub(_cleaned_entry, text)
    return EMAIL.sub(HIDDEN, text)


def _cleaned_entry(found: re.Match[str]) -> str:
    if found["key"].lower() in PERSONAL_KEYS | SECRET_KEYS | DOCUMENT_KEYS:
        return f'"{found["key"]}"{found["gap"]}"{HIDDEN}"'
    return found[0]
