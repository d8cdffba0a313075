"""Files of products over REST: import as a job, download of failed rows, export."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.idempotency import HEADER
from accounts.models import Organization
from accounts.principals import label_of, sees_all
from accounts.throttling import BulkThrottle, CallerThrottle
from catalog.files.exporting import as_csv, as_xlsx, failed_table, product_rows
from catalog.files.imports import IMPORT, start_import
from catalog.files.reading import XLSX, Table
from catalog.models import Sellable
from shipping_project.jobs.api.documents import job_document
from shipping_project.jobs.api.serializers import JobSerializer
from shipping_project.jobs.models import Job
from shipping_project.kernel.errors import FieldError, InvalidInput
from shipping_project.kernel.uploads import CsvUpload, Upload, UploadParser

CATALOG_SCOPES = {"read": "catalog:read", "write": "catalog:write"}
LONGEST_KEY = 200
ORGANIZATION = OpenApiParameter(
    "organization", str, description="Slug; may be left out unless you act for several."
)


class XlsxUpload(UploadParser):
    media_type = XLSX


class ProductImportView(APIView):
    """Products from CSV or XLSX, gzip or not; the first row holds the headings.

    A row changes the sellable that has its SKU, or makes one; cells that are empty leave what is
    there. The job tells of each row what became of it.
    """

    parser_classes = [CsvUpload, XlsxUpload]
    # The job is the answer, and the body may be too large to be read twice.
    keeps_answers = False
    required_scopes = CATALOG_SCOPES
    throttle_classes = [CallerThrottle, BulkThrottle]

    @extend_schema(
        request={"text/csv": OpenApiTypes.BINARY, XLSX: OpenApiTypes.BINARY},
        responses={202: JobSerializer, 200: JobSerializer},
        parameters=[
            ORGANIZATION,
            OpenApiParameter("dry_run", bool, description="Tell what would change, write nothing."),
            OpenApiParameter(
                "mapping",
                str,
                description="JSON object from headings of the file to our columns; without it "
                "headings are taken for what they are called.",
            ),
            OpenApiParameter(HEADER, str, OpenApiParameter.HEADER),
        ],
    )
    def post(self, request: Request) -> Response:
        """202 with a new job, 200 with the first one for a repeat of its `Idempotency-Key`."""
        upload = _upload(request)
        started = start_import(
            organization_id=_owner(request).pk,
            table=Table(upload.content, is_xlsx=upload.media_type == XLSX),
            mapping=_mapping(request.query_params.get("mapping")),
            dry_run=_is_true(request.query_params.get("dry_run", "false")),
            actor=label_of(request.user),
            key=_key(request),
            digest=upload.digest,
        )
        code = status.HTTP_202_ACCEPTED if started.created else status.HTTP_200_OK
        return Response(job_document(started.job), status=code)


class FailedRowsView(APIView):
    """The rows of an import that were refused."""

    queryset = Job.objects.all()
    required_scopes = CATALOG_SCOPES

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """As they stood in the file, each with what is wrong with it, as CSV."""
        jobs = Job.objects.visible_to(request.user).filter(kind=IMPORT)
        job = get_object_or_404(jobs, pk=pk)
        return csv_answer(as_csv(failed_table(job)), f"failed-rows-{job.pk}.csv")


class ProductExportView(APIView):
    """All sellables with their products, in the columns that an import understands."""

    required_scopes = CATALOG_SCOPES

    @extend_schema(
        responses={(200, "text/csv"): OpenApiTypes.BINARY, (200, XLSX): OpenApiTypes.BINARY},
        parameters=[ORGANIZATION, OpenApiParameter("as", str, enum=["csv", "xlsx"])],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """As CSV, or as XLSX with `as=xlsx`."""
        kind = request.query_params.get("as", "csv")
        if kind not in ("csv", "xlsx"):
            raise _refused("as", "invalid_choice", "Give csv or xlsx.")
        return exported(_chosen(request), kind)


def exported(rows: QuerySet[Sellable], kind: str) -> HttpResponseBase:
    if kind == "xlsx":
        file = as_xlsx(product_rows(rows))
        return FileResponse(file, as_attachment=True, filename="products.xlsx", content_type=XLSX)
    return csv_answer(as_csv(product_rows(rows)), "products.csv")


def csv_answer(lines: Any, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _chosen(request: Request) -> QuerySet[Sellable]:
    rows: QuerySet[Sellable] = Sellable.objects.visible_to(request.user)
    slug = request.query_params.get("organization")
    return rows.filter(organization__slug=slug) if slug else rows


def _owner(request: Request) -> Organization:
    """Whose products they are: the caller's own, or the one that staff name."""
    slug = request.query_params.get("organization", "")
    rows = Organization.objects.filter(is_active=True)
    own_id = getattr(request.user, "organization_id", None)
    if not sees_all(request.user):
        rows = rows.filter(pk=own_id or 0)
        slug = slug or "".join(rows.values_list("slug", flat=True))
    found: Organization | None = rows.filter(slug=slug).first() if "\x00" not in slug else None
    if found is None:
        message = "Say for which organization, by its slug."
        raise _refused("organization", "organization.unknown", message)
    return found


def _upload(request: Request) -> Upload:
    """Without any body DRF asks no parser."""
    body: object = request.data
    if not isinstance(body, Upload):
        raise _refused("", "rows.none", "There is not a single row in it.")
    return body


def _mapping(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    is_plain = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    if not is_plain:
        raise _refused("mapping", "type.object", "Give a JSON object of headings and columns.")
    found: dict[str, str] = value
    return found


def _is_true(word: str) -> bool:
    if word not in ("true", "false"):
        raise _refused("dry_run", "type.flag", "Give true or false.")
    return word == "true"


def _key(request: Request) -> str:
    key = request.headers.get(HEADER, "").strip()
    if len(key) > LONGEST_KEY or "\x00" in key:
        raise _refused(HEADER, "key.too_long", f"Use at most {LONGEST_KEY} characters.")
    return key


def _refused(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(errors=[FieldError(field=field, code=code, message=message)])
