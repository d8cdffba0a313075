"""What a parcel would cost, over REST."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from carriers.contracts import Parcel, RateQuote
from inventory.models import Warehouse
from orders.api.serializers import TextField
from orders.estimates import Goods, estimate_rates
from orders.rules.addresses import check_address, normalize_address
from orders.rules.validation import address_errors
from shipping_project.kernel.errors import InvalidInput
from shipping_project.kernel.money import Money
from shipping_project.kernel.postal import PostalAddress

PRICED = frozenset({"ship_to.country", "ship_to.state", "ship_to.postal_code"})
HEAVIEST_G = 100_000
LONGEST_MM = 3_000


class PlaceSerializer(serializers.Serializer[None]):
    """As much of an address as a price depends on."""

    country = TextField(help_text="Code or name, such as US or Germany.")
    postal_code = TextField(default="")
    state = TextField(default="")
    city = TextField()
    address_1 = TextField()


class ParcelInSerializer(serializers.Serializer[None]):
    weight_g = serializers.IntegerField(min_value=1, max_value=HEAVIEST_G)
    length_mm = serializers.IntegerField(min_value=1, max_value=LONGEST_MM)
    width_mm = serializers.IntegerField(min_value=1, max_value=LONGEST_MM)
    height_mm = serializers.IntegerField(min_value=1, max_value=LONGEST_MM)


class GoodsInSerializer(serializers.Serializer[None]):
    """Needed by customs; at home the value alone counts."""

    value = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    currency = serializers.RegexField("^[A-Z]{3}$", default="USD")
    description = TextField(default="Goods", max_length=200)
    category = TextField(default="", max_length=60)
    hs_code = TextField(default="", max_length=16)
    origin_country = serializers.RegexField("^([A-Z]{2})?$", default="")


class RatesAskedSerializer(serializers.Serializer[None]):
    warehouse = serializers.SlugRelatedField(
        slug_field="code", queryset=Warehouse.objects.filter(is_active=True)
    )
    ship_to = PlaceSerializer()
    parcel = ParcelInSerializer()
    goods = GoodsInSerializer()


class RateSerializer(serializers.Serializer[None]):
    carrier = TextField()
    service = TextField()
    price = TextField()
    currency = TextField()
    delivery_days = serializers.IntegerField(allow_null=True)


class RatesSerializer(serializers.Serializer[None]):
    """Cheapest first. `weight_g` is the top of the band of weights that the prices are for.

    `is_estimate`: the platform did not answer, so they are our own tables' prices.
    """

    platform = TextField()
    weight_g = serializers.IntegerField()
    is_estimate = serializers.BooleanField()
    rates = RateSerializer(many=True)


class RatesView(APIView):
    """Prices for an address and a parcel, without an order; nothing is booked."""

    required_scopes = {"write": "orders:read"}

    @extend_schema(request=RatesAskedSerializer, responses=RatesSerializer)
    def post(self, request: Request) -> Response:
        asked = RatesAskedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        goods = dict(given["goods"])
        value = Money(goods.pop("value"), goods.pop("currency"))
        estimate = estimate_rates(
            warehouse=given["warehouse"],
            ship_to=_address(given["ship_to"]),
            parcel=Parcel(**given["parcel"]),
            goods=Goods(value=value, **goods),
        )
        rates = [_document(quote) for quote in estimate.quotes]
        return Response(
            {
                "platform": "easyship",
                "weight_g": estimate.weight_g,
                "is_estimate": estimate.is_from_table,
                "rates": rates,
            }
        )


def _address(given: dict[str, str]) -> PostalAddress:
    """Raises InvalidInput with everything that is wrong about it."""
    address, _ = normalize_address(PostalAddress(**given))
    found = address_errors(check_address(address))
    faults = [fault for fault in found if fault.field in PRICED]
    if faults:
        raise InvalidInput(errors=faults)
    return address


def _document(quote: RateQuote) -> dict[str, object]:
    return {
        "carrier": quote.carrier,
        "service": quote.service_name,
        "price": str(quote.price.amount),
        "currency": quote.price.currency,
        "delivery_days": quote.delivery_days,
    }
