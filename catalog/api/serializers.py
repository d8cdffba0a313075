"""Products and sellables over REST; every fault of a request is named at once."""

from __future__ import annotations

from typing import cast

from django.core.validators import RegexValidator
from django.db.models import QuerySet
from rest_framework import serializers

from accounts.api.owners import OwnerField
from accounts.models import Organization
from carriers.contracts import Danger
from catalog.fields import HS_CODE, MAX_TAG, MAX_TAGS, TAG
from catalog.models import PlatformListing, Product, Sellable
from catalog.origins import country_codes
from catalog.services import SKU_TAKEN

# A tonne, a kilometre: past that somebody mistook the unit.
MAX_MEASURE = 1_000_000
PLAIN = RegexValidator(r"^[^\x00-\x1f\x7f]+\Z", "Remove control characters.", "control_characters")
MEASURE = {"min_value": 1, "max_value": MAX_MEASURE}


class ProductSerializer(serializers.ModelSerializer[Product]):
    organization = OwnerField()
    tags = serializers.ListField(
        child=serializers.CharField(max_length=MAX_TAG, validators=[TAG]),
        max_length=MAX_TAGS,
        required=False,
        help_text="Words in small letters, such as `fragile`.",
    )

    class Meta:
        model = Product
        fields = [
            "id",
            "organization",
            "title",
            "brand",
            "category",
            "tags",
            "is_active",
            "created_at",
            "updated_at",
        ]


class OwnProducts(serializers.PrimaryKeyRelatedField[Product]):
    """A product of the organization that the sellable will belong to."""

    def get_queryset(self) -> QuerySet[Product]:
        owner = cast("SellableSerializer", self.parent).owner()
        rows: QuerySet[Product] = Product.objects.filter(organization=owner)
        return rows


class SellableSerializer(serializers.ModelSerializer[Sellable]):
    organization = OwnerField()
    product = OwnProducts(queryset=Product.objects.all())
    sku = serializers.CharField(max_length=64, validators=[PLAIN])
    export_gaps = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Fields without which it cannot cross a border.",
    )
    hs_codes = serializers.DictField(
        child=serializers.CharField(max_length=10, validators=[HS_CODE]),
        required=False,
        help_text="By country of destination, where its tariff has another code than `hs_code`.",
    )
    dangers = serializers.ListField(
        child=serializers.ChoiceField(choices=[(one.value, one.value) for one in Danger]),
        read_only=True,
    )

    class Meta:
        model = Sellable
        fields = [
            "id",
            "organization",
            "product",
            "sku",
            "title",
            "barcode",
            "price",
            "cost",
            "currency",
            "cost_currency",
            "weight_g",
            "length_mm",
            "width_mm",
            "height_mm",
            "hs_code",
            "hs_codes",
            "origin_country",
            "customs_description",
            "export_gaps",
            "contains_liquids",
            "contains_battery_pi966",
            "contains_battery_pi967",
            "un_number",
            "dangers",
            "image_url",
            "is_active",
            "created_at",
            "updated_at",
        ]
        # One SKU for each organization: checked by `validate_sku`, with the other fields.
        validators: list[object] = []
        extra_kwargs = {
            "weight_g": MEASURE,
            "length_mm": MEASURE,
            "width_mm": MEASURE,
            "height_mm": MEASURE,
        }

    def owner(self) -> Organization | None:
        return cast("OwnerField", self.fields["organization"]).resolved()

    def validate_sku(self, sku: str) -> str:
        others = Sellable.objects.filter(organization=self.owner(), sku=sku)
        if self.instance is not None:
            others = others.exclude(pk=self.instance.pk)
        if others.exists():
            raise serializers.ValidationError(f"{sku!r} is in use already.", code=SKU_TAKEN)
        return sku

    def validate_hs_codes(self, codes: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(codes) - country_codes())
        if unknown:
            message = f"{', '.join(unknown)[:80]}: no country."
            raise serializers.ValidationError(message, code="country.unknown")
        return codes

    def validate_origin_country(self, code: str) -> str:
        if code and code not in country_codes():
            raise serializers.ValidationError(f"{code!r} is no country.", code="country.unknown")
        return code


class PlatformListingSerializer(serializers.ModelSerializer[PlatformListing]):
    organization = serializers.CharField(source="sellable.organization.slug")
    sku = serializers.CharField(source="sellable.sku")

    class Meta:
        model = PlatformListing
        fields = [
            "id",
            "organization",
            "sellable",
            "sku",
            "platform",
            "external_ref",
            "created_at",
            "updated_at",
        ]
