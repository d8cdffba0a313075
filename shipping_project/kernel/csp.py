"""The content security policy: nothing from another host, no inline script or style."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

STRICT = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-src 'self'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
# The label is shown inside our own page.
EMBEDDABLE = STRICT.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
# The admin theme evaluates its own expressions and sets inline styles.
ADMIN = (
    STRICT + "; script-src 'self' 'unsafe-eval' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"
)
# The interface to the API description starts itself with one inline script.
API_DOCS = (
    STRICT + "; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "worker-src 'self' blob:"
)
RELAXED = (("/admin/", ADMIN), ("/api/docs/", API_DOCS), ("/api/redoc/", API_DOCS))


class ContentSecurityPolicyMiddleware:
    """Sets the policy of the path unless the view has set its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy(request.path))
        return response


def _policy(path: str) -> str:
    return next((policy for prefix, policy in RELAXED if path.startswith(prefix)), STRICT)
