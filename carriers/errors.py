"""What can go wrong at a platform. `sent` decides what follows: False, retry; True, ask first."""

from __future__ import annotations

from typing import ClassVar

from shipping_project.kernel.errors import AppError


class UpstreamError(AppError):
    """Root of everything that goes wrong between us and a platform.

    `sent` says whether the platform may have acted on the request. `platform` and `operation`
    name the call, `http_status` is 0 when there was no answer, `retry_after_s` is the pause the
    platform asked for.
    """

    code = "upstream.error"
    status = 502
    title = "The platform did not carry this out"
    sent: ClassVar[bool] = False

    def __init__(
        self,
        detail: str = "",
        *,
        platform: str = "",
        operation: str = "",
        http_status: int = 0,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.platform = platform
        self.operation = operation
        self.http_status = http_status
        self.retry_after_s = retry_after_s


class UpstreamUnreachable(UpstreamError):
    """No connection was made, so nothing was sent: refused, DNS, TLS, connect timeout."""

    code = "upstream.unreachable"
    status = 503
    title = "The platform cannot be reached"


class UpstreamRateLimited(UpstreamError):
    """429: refused before anything was done; safe to resend for every method."""

    code = "upstream.rate_limited"
    status = 503
    title = "The platform asks us to slow down"


class UpstreamPaced(UpstreamRateLimited):
    """Not sent: this call's moment within the platform's limit is further off than it may wait."""

    code = "upstream.paced"
    title = "The platform's limit is used up for now"


class UpstreamResting(UpstreamUnreachable):
    """Not sent: this operation failed several times running and is left alone for a while."""

    code = "upstream.resting"
    title = "The platform is given a rest"


class UpstreamUnavailable(UpstreamError):
    """A read failed on the platform's side (5xx, timeout, reset); a read may be repeated."""

    code = "upstream.unavailable"
    status = 503
    title = "The platform is not answering properly"


class UpstreamUnreadable(UpstreamUnavailable):
    """The answer to a read lacks a field that we need; nothing was changed by asking."""

    code = "upstream.malformed"
    title = "The platform's answer cannot be read"


class UpstreamUnclear(UpstreamError):
    """A write went out and no clear answer came back: it may have happened."""

    code = "upstream.outcome_unknown"
    title = "The platform gave no clear answer"
    sent = True


class UpstreamMalformed(UpstreamUnclear):
    """The answer to a write lacks a field that we need; the detail names its path.

    `parse` modules raise it without knowing what was asked; the session turns it into
    `UpstreamUnreadable` where the call was a read.
    """

    code = "upstream.malformed"
    title = "The platform's answer cannot be read"


class UpstreamRefused(UpstreamError):
    """The platform understood and said no; the detail carries its own words."""

    code = "upstream.refused"
    status = 422
    title = "The platform refused"


class UpstreamUnauthorized(UpstreamRefused):
    code = "upstream.unauthorized"
    title = "The platform does not accept our key"


class UpstreamNotFound(UpstreamRefused):
    code = "upstream.not_found"
    title = "The platform does not know this record"


def malformed(platform: str, operation: str, path: str) -> UpstreamMalformed:
    """The answer lacks what stands at `path`."""
    return UpstreamMalformed(
        f"The answer of {platform} lacks {path}.", platform=platform, operation=operation
    )
