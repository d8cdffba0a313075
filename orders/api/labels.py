"""The labels of many orders in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from orders.api.renderers import PdfRenderer, PngRenderer, ZplRenderer
from orders.label_formats import MEDIA_TYPES, LabelFormat, in_format
from orders.models import Order, Package
from orders.services.label_files import open_label
from orders.services.label_sheets import MOST_ORDERS, label_sheet
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput, NotFound

LONGEST = 8_000


LABEL_RENDERERS = [PdfRenderer, PngRenderer, ZplRenderer, JSONRenderer]
LABEL_ANSWERS: Any = {
    (200, media_type): OpenApiResponse(OpenApiTypes.BINARY, description="The label")
    for media_type in MEDIA_TYPES.values()
}


class LabelFiles:
    """The label of one order, as a mixin of its view set."""

    if TYPE_CHECKING:

        def get_object(self) -> Order: ...

    @extend_schema(responses=LABEL_ANSWERS)
    @action(detail=True, methods=["get"], renderer_classes=LABEL_RENDERERS)
    def label(self, request: Request, pk: str) -> HttpResponseBase:
        """The label as the platform delivered it, a PDF; 404 until it is bought and fetched.

        With `Accept: image/png` or `application/zpl` (or `?format=`) it is drawn for a printer of
        203 dots an inch. 404 `label.file_lost` tells that our copy is being fetched anew.
        """
        labelled = Package.objects.labelled().filter(shipment__order=self.get_object())
        package = labelled.exclude(label_file="").order_by("-shipment_id", "id").first()
        if package is None:
            raise NotFound("This order has no label yet.")
        return label_file(package, request)


def label_file(package: Package, request: Request) -> HttpResponseBase:
    """In the format that was asked for."""
    opened, chosen = open_label(package_id=package.pk), request.accepted_renderer.format
    if chosen not in (LabelFormat.PNG.value, LabelFormat.ZPL.value):
        return FileResponse(opened, content_type=MEDIA_TYPES[LabelFormat.PDF])
    with opened:
        content = in_format(opened.read(), LabelFormat(chosen))
    return HttpResponse(content, content_type=MEDIA_TYPES[LabelFormat(chosen)])


class LabelsMissing(Conflict):
    code = "labels.missing"
    title = "Not every order has a label to print"


class LabelsView(APIView):
    """Labels of several orders, one behind the other in the order asked for."""

    required_scopes = {"read": "orders:read"}
    renderer_classes = [PdfRenderer, ZplRenderer, JSONRenderer]

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "orders", str, required=True, description=f"Numbers, by commas; {MOST_ORDERS}."
            )
        ],
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            (200, "application/zpl"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """PDF, or ZPL for label printers (`Accept: application/zpl` or `?format=zpl`).

        409 `labels.missing` names the orders without one; leave them out and ask again.
        """
        wanted = LabelFormat.ZPL if _asks_for_zpl(request) else LabelFormat.PDF
        sheet = label_sheet(_orders(request), wanted)
        if sheet.missing:
            raise LabelsMissing(errors=sheet.missing)
        answer = HttpResponse(sheet.content, content_type=MEDIA_TYPES[wanted])
        answer["Content-Disposition"] = f'inline; filename="labels.{wanted.value}"'
        answer["Cache-Control"] = "private, no-cache"
        return answer


def _asks_for_zpl(request: Request) -> bool:
    return bool(request.accepted_renderer.format == LabelFormat.ZPL.value)


def _orders(request: Request) -> list[Order]:
    """In the order asked for. Raises InvalidInput naming what is not there."""
    text = request.query_params.get("orders", "")[:LONGEST]
    numbers = list(dict.fromkeys(part.strip().upper() for part in text.split(",") if part.strip()))
    if not numbers or len(numbers) > MOST_ORDERS or "\x00" in text:
        message = f"Give from 1 to {MOST_ORDERS} numbers of orders with commas between."
        raise InvalidInput(errors=[FieldError(field="orders", code="orders", message=message)])
    visible = Order.objects.visible_to(request.user).filter(number__in=numbers)
    found = {order.number: order for order in visible}
    unknown = [
        FieldError(field="orders", code="order.unknown", message=f"There is no order {number}.")
        for number in numbers
        if number not in found
    ]
    if unknown:
        raise InvalidInput(errors=unknown)
    return [found[number] for number in numbers]
