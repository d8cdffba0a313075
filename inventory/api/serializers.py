"""Warehouses and stock over REST."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from zoneinfo import available_timezones

from rest_framework import serializers

from accounts.api.owners import OwnerField
from accounts.principals import may_enter
from catalog.models import Sellable
from catalog.origins import country_codes
from inventory.models import Reservation, StockLevel, StockMovement, Warehouse
from inventory.rules.calendar import WEEKDAYS
from inventory.services.warehouses import CODE_TAKEN

MAX_UNITS = 100_000


class WarehouseSerializer(serializers.ModelSerializer[Warehouse]):
    code = serializers.RegexField(
        r"^[A-Z0-9][A-Z0-9-]{0,11}\Z",
        max_length=12,
        help_text="Capital letters, digits and hyphens; cannot be changed later.",
    )

    cut_off = serializers.TimeField(
        required=False,
        allow_null=True,
        help_text="By its own clock; what comes later leaves on the next open day.",
    )
    closed_weekdays = serializers.ListField(
        child=serializers.ChoiceField(choices=WEEKDAYS), required=False, max_length=6
    )
    holidays = serializers.ListField(child=serializers.DateField(), required=False, max_length=500)

    class Meta:
        model = Warehouse
        fields = [
            "id",
            "code",
            "name",
            "phone",
            "email",
            "address_1",
            "address_2",
            "city",
            "state",
            "postal_code",
            "country",
            "time_zone",
            "is_active",
            "cut_off",
            "daily_capacity",
            "closed_weekdays",
            "holidays",
            "handling_cost",
            "handling_currency",
            "created_at",
            "updated_at",
        ]

    def validate_holidays(self, days: list[date]) -> list[str]:
        return sorted({day.isoformat() for day in days})

    def validate_code(self, code: str) -> str:
        if self.instance is not None:
            # Rules and past decisions name warehouses by their code.
            if code != self.instance.code:
                raise serializers.ValidationError("A code cannot be changed.", code="fixed")
        elif Warehouse.objects.filter(code=code).exists():
            raise serializers.ValidationError(f"{code!r} is in use already.", code=CODE_TAKEN)
        return code

    def validate_country(self, code: str) -> str:
        if code not in country_codes():
            raise serializers.ValidationError(f"{code!r} is no country.", code="country.unknown")
        return code

    def validate_time_zone(self, name: str) -> str:
        if name not in available_timezones():
            message = f"{name!r} is no time zone; one looks like America/New_York."
            raise serializers.ValidationError(message, code="time_zone.unknown")
        return name


class UnitsSerializer(serializers.Serializer[Any]):
    """What every row about units of a sellable in a warehouse tells."""

    id = serializers.IntegerField(read_only=True)
    organization = serializers.CharField(source="sellable.organization.slug", read_only=True)
    sku = serializers.CharField(source="sellable.sku", read_only=True)
    warehouse = serializers.CharField(source="warehouse.code", read_only=True)


class StockLevelSerializer(UnitsSerializer, serializers.ModelSerializer[StockLevel]):
    available = serializers.IntegerField(read_only=True)
    is_low = serializers.BooleanField(
        read_only=True, help_text="Out, or at or below `low_at` with what is incoming."
    )

    class Meta:
        model = StockLevel
        fields = [
            "id",
            "organization",
            "sku",
            "warehouse",
            "on_hand",
            "reserved",
            "available",
            "incoming",
            "low_at",
            "overstock_factor",
            "buffer",
            "is_low",
            "updated_at",
        ]
        read_only_fields = ["on_hand", "reserved", "incoming"]


class StockMovementSerializer(UnitsSerializer, serializers.ModelSerializer[StockMovement]):
    class Meta:
        model = StockMovement
        fields = [
            "id",
            "organization",
            "sku",
            "warehouse",
            "kind",
            "quantity",
            "balance_after",
            "reason",
            "reference",
            "actor",
            "at",
        ]


class ReservationSerializer(UnitsSerializer, serializers.ModelSerializer[Reservation]):
    class Meta:
        model = Reservation
        fields = [
            "id",
            "organization",
            "sku",
            "warehouse",
            "quantity",
            "reference",
            "state",
            "expires_at",
            "counted_at",
            "allocated_there",
            "shipped_there",
            "created_at",
            "updated_at",
        ]


class AdjustmentSerializer(serializers.Serializer[None]):
    """A change of units; `sku` and `warehouse` turn into the rows that they name."""

    organization = OwnerField()
    sku = serializers.CharField(max_length=64)
    warehouse = serializers.CharField(max_length=12, help_text="Its code.")
    quantity = serializers.IntegerField(
        min_value=-MAX_UNITS, max_value=MAX_UNITS, help_text="Units in, or out when negative."
    )
    reason = serializers.CharField(max_length=200)
    # Required, though a request may leave it to the header, which the view puts in its place.
    reference = serializers.CharField(
        max_length=60,
        help_text="Yours; a repeat for the same SKU and warehouse changes nothing. "
        "Absent: the `Idempotency-Key` header.",
    )

    def validate_sku(self, sku: str) -> Sellable:
        owner = cast("OwnerField", self.fields["organization"]).resolved()
        found: Sellable | None = Sellable.objects.filter(organization=owner, sku=sku).first()
        if found is None:
            raise serializers.ValidationError(f"There is no SKU {sku!r}.", code="sku.unknown")
        return found

    def validate_warehouse(self, code: str) -> Warehouse:
        found = Warehouse.objects.filter(code=code).first()
        if found is None or not may_enter(self.context["request"].user, code):
            message = f"There is no warehouse {code!r}."
            raise serializers.ValidationError(message, code="warehouse.unknown")
        return found

    def validate_quantity(self, quantity: int) -> int:
        if quantity == 0:
            raise serializers.ValidationError("Give the change in units.", code="quantity.zero")
        return quantity
