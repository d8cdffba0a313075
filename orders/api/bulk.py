"""Many orders in one request, worked off as a job."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.idempotency import HEADER
from accounts.permissions import may_buy_labels
from accounts.principals import label_of
from accounts.throttling import BulkThrottle, CallerThrottle
from orders.api.bulk_rows import rows_of
from orders.api.examples import BULK as BULK_EXAMPLES
from orders.api.intake import MAY_NOT_BUY, organization_named
from orders.api.serializers import BulkOrdersSerializer
from orders.models import OrderSource
from orders.runners import BULK
from shipping_project.jobs.api.documents import job_document
from shipping_project.jobs.api.serializers import JobSerializer
from shipping_project.jobs.services import start_job
from shipping_project.kernel.errors import FieldError, InvalidInput
from shipping_project.kernel.uploads import UPLOADS, CsvUpload, LinesUpload, Upload

LONGEST_KEY = 200
PARAMETERS = [
    OpenApiParameter(
        "organization", str, description="Slug; may be left out unless you act for several."
    ),
    OpenApiParameter(
        "dry_run",
        bool,
        description="Check every order by itself and keep none.",
    ),
    OpenApiParameter(
        HEADER,
        str,
        OpenApiParameter.HEADER,
        description="A repeat with the same body answers with the first job, while that is kept.",
    ),
]


class BulkOrdersView(APIView):
    """Orders by the thousand: JSON, NDJSON or CSV, gzip or not.

    Each is checked by itself: the good ones are kept, and the job tells of the others by row. JSON
    takes up to 10,000, the others many more. CSV has a row for each line of an order; rows with
    the same `external_ref` that follow each other are one order, and the first of them tells of
    all but `sku`, `quantity` and `unit_price`. Orders of a key without `labels:buy` are held.
    """

    parser_classes = UPLOADS
    # The job is the answer, and the body may be too large to be read twice.
    keeps_answers = False
    required_scopes = {"read": "orders:read", "write": "orders:write"}
    throttle_classes = [CallerThrottle, BulkThrottle]

    @extend_schema(
        request={
            "application/json": BulkOrdersSerializer,
            "application/x-ndjson": OpenApiTypes.BINARY,
            "text/csv": OpenApiTypes.BINARY,
        },
        responses={202: JobSerializer, 200: JobSerializer},
        parameters=PARAMETERS,
        examples=BULK_EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """202 with a new job, 200 with the first one for a repeat of its `Idempotency-Key`."""
        options = _options(request)
        organization = organization_named(request.user, request.query_params.get("organization"))
        started = start_job(
            organization_id=organization.pk,
            kind=BULK,
            rows=rows_of(_upload(request)),
            actor=label_of(request.user),
            options=options,
            key=_key(request),
            digest=_upload(request).digest,
        )
        code = status.HTTP_202_ACCEPTED if started.created else status.HTTP_200_OK
        return Response(job_document(started.job), status=code)


class ImportOrdersView(BulkOrdersView):
    """A file of orders, NDJSON or CSV: the same job as `orders/bulk` makes of one."""

    parser_classes = [LinesUpload, CsvUpload]

    @extend_schema(
        request={
            "application/x-ndjson": OpenApiTypes.BINARY,
            "text/csv": OpenApiTypes.BINARY,
        },
        responses={202: JobSerializer, 200: JobSerializer},
        parameters=PARAMETERS,
    )
    def post(self, request: Request) -> Response:
        """202 with a new job, 200 with the first one for a repeat of its `Idempotency-Key`."""
        return super().post(request)


def _upload(request: Request) -> Upload:
    """Without any body DRF asks no parser."""
    body: object = request.data
    if not isinstance(body, Upload):
        message = "There is not a single row in it."
        raise InvalidInput(errors=[FieldError(field="", code="rows.none", message=message)])
    return body


def _options(request: Request) -> dict[str, object]:
    word = request.query_params.get("dry_run", "false")
    if word not in ("true", "false"):
        fault = FieldError(field="dry_run", code="type.flag", message="Give true or false.")
        raise InvalidInput(errors=[fault])
    is_csv = _upload(request).media_type == CsvUpload.media_type
    return {
        "source": (OrderSource.CSV if is_csv else OrderSource.API).value,
        "dry_run": word == "true",
        "hold": "" if may_buy_labels(request.user) else MAY_NOT_BUY,
    }


def _key(request: Request) -> str:
    key = request.headers.get(HEADER, "").strip()
    if len(key) > LONGEST_KEY or "\x00" in key:
        message = f"Use at most {LONGEST_KEY} characters."
        raise InvalidInput(errors=[FieldError(field=HEADER, code="key.too_long", message=message)])
    return key
