"""How the description of the API tells of keys, tokens and repeats."""

from __future__ import annotations

from typing import Any

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from accounts.api.idempotency import KEY, keeps_answers
from shipping_project.kernel.api.description import ConventionsSchema


class KeyedSchema(ConventionsSchema):
    """Every POST whose answer is kept takes an `Idempotency-Key`."""

    def get_override_parameters(self) -> Any:
        parameters = super().get_override_parameters()
        takes_key = self.method == "POST" and keeps_answers(self.view)
        return [*parameters, KEY] if takes_key else parameters


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "Acts for its organization, within its scopes.",
        }


class TokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.TokenAuthentication"
