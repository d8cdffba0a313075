"""Where platforms post their events: no session, no key, the signature alone counts."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from carriers.contracts import Platform
from carriers.inbox.receive import note_refused, store_webhook
from carriers.inbox.verification import sender_of
from shipping_project.kernel.problems import problem_response

SIGNATURE_HEADER = "X-EASYSHIP-SIGNATURE"
# The largest documented event, with all its checkpoints, is a few kilobytes.
MAX_BYTES = 262_144


@csrf_exempt
@require_POST
def easyship(request: HttpRequest) -> HttpResponse:
    """Stored and answered at once; what follows is done by a worker."""
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        detail = f"Send at most {MAX_BYTES} bytes."
        return problem_response(status=413, code="body_too_large", detail=detail)
    token = request.headers.get(SIGNATURE_HEADER, "")
    sender = sender_of(token, secrets=settings.EASYSHIP_WEBHOOK_SECRETS)
    if sender is None:
        note_refused(platform=Platform.EASYSHIP, body=body)
        return problem_response(
            status=401,
            code="authentication_failed",
            detail=f"{SIGNATURE_HEADER} is not signed with a secret that we know.",
        )
    store_webhook(platform=Platform.EASYSHIP, body=body, sender=sender)
    return HttpResponse(status=200)
