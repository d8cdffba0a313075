"""Forms of requests and answers, for the description of the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

TextField = serializers.CharField


class AddressSerializer(serializers.Serializer[None]):
    name = TextField(max_length=100)
    company = TextField(required=False)
    phone = TextField(required=False)
    email = TextField(required=False)
    address_1 = TextField()
    address_2 = TextField(required=False)
    city = TextField()
    state = TextField(required=False)
    postal_code = TextField(required=False)
    country = TextField(help_text="Code or name, such as US or Germany.")


class AddressChangeSerializer(serializers.Serializer[None]):
    ship_to = AddressSerializer()
    replace_label = serializers.BooleanField(
        default=False,
        help_text="Give back a label that is bought for the old address, and buy another one.",
    )


class LineSerializer(serializers.Serializer[None]):
    sku = TextField(max_length=64)
    quantity = serializers.IntegerField(min_value=1)
    unit_price = serializers.DecimalField(
        max_digits=12, decimal_places=2, required=False, help_text="Absent: the list price."
    )


class OrderInSerializer(serializers.Serializer[None]):
    organization = TextField(
        required=False, help_text="Slug; may be left out unless you act for several."
    )
    external_ref = TextField(
        max_length=100,
        required=False,
        help_text="Your own number; a repeat answers with the first order. It must be given here "
        "or as the `Idempotency-Key` header.",
    )
    ship_to = AddressSerializer()
    lines = LineSerializer(many=True)
    currency = TextField(required=False)
    carrier = TextField(required=False, help_text="FEDEX, UPS, DHL or USPS; wins over the rules.")
    note = TextField(required=False)
    ship_by = serializers.DateTimeField(required=False)
    deliver_by = serializers.DateField(
        required=False, help_text="The day on which it is promised to arrive."
    )
    placed_at = serializers.DateTimeField(required=False)
    hold_reason = TextField(required=False, help_text="Keeps the order back until released.")
    requested_service = TextField(max_length=60, required=False, help_text="Rules may ask for it.")
    channel = TextField(
        max_length=120, required=False, help_text="The shop or marketplace that it was sold in."
    )
    customer_tags = serializers.ListField(
        child=TextField(max_length=40), max_length=20, required=False
    )
    is_residential = serializers.BooleanField(
        required=False, allow_null=True, help_text="Left out: not known."
    )


class OrderChangeSerializer(serializers.Serializer[None]):
    """What is left out stays as it is; null empties it."""

    carrier = TextField(required=False, allow_null=True, allow_blank=True)
    requested_service = TextField(max_length=60, required=False, allow_null=True, allow_blank=True)
    customer_tags = serializers.ListField(
        child=TextField(max_length=40), max_length=20, required=False, allow_null=True
    )
    is_residential = serializers.BooleanField(required=False, allow_null=True)
    note = TextField(required=False, allow_null=True, allow_blank=True)
    ship_by = serializers.DateTimeField(required=False, allow_null=True)
    deliver_by = serializers.DateField(required=False, allow_null=True)


class DoubtSerializer(serializers.Serializer[None]):
    field = TextField()
    code = TextField()
    message = TextField()


class FindingsSerializer(serializers.Serializer[None]):
    findings = DoubtSerializer(many=True)


class BulkOrdersSerializer(serializers.Serializer[None]):
    orders = OrderInSerializer(many=True, help_text="Without `organization`, which is a parameter.")


class BoxContentSerializer(serializers.Serializer[None]):
    line = serializers.IntegerField(help_text="The position of the order's line.")
    sku = TextField()
    quantity = serializers.IntegerField()


class PackageSerializer(serializers.Serializer[None]):
    """A box of a shipment. The one label of all boxes, and what it cost, are the first one's."""

    id = serializers.IntegerField()
    position = serializers.IntegerField(help_text="Counts the boxes of its shipment from 1.")
    box = TextField(help_text="The saved box; empty: made to measure.")
    weight_g = serializers.IntegerField()
    length_mm = serializers.IntegerField()
    width_mm = serializers.IntegerField()
    height_mm = serializers.IntegerField()
    contents = BoxContentSerializer(many=True, help_text="Empty: all of the order.")
    label_state = TextField()
    tracking_number = TextField()
    tracking_url = TextField()
    tracking_status = TextField()
    cost = TextField(allow_null=True)
    currency = TextField()
    label_ready = serializers.BooleanField()


class ShipmentSerializer(serializers.Serializer[None]):
    id = serializers.IntegerField()
    reference = TextField()
    state = TextField()
    platform = TextField()
    platform_ref = TextField()
    carrier = TextField()
    service = TextField()
    warehouse = TextField()
    ship_on = serializers.DateField(
        allow_null=True, help_text="The warehouse's day on which it is to be handed over."
    )
    incoterm = TextField()
    is_insured = serializers.BooleanField()
    packages = PackageSerializer(many=True)


class LineOutSerializer(serializers.Serializer[None]):
    position = serializers.IntegerField()
    sku = TextField()
    title = TextField()
    quantity = serializers.IntegerField()
    unit_price = TextField()
    short_quantity = serializers.IntegerField()


class AttentionSerializer(serializers.Serializer[None]):
    """Why an order waits for a person. `retry_helps` is null where the cause is not known."""

    code = TextField()
    detail = TextField()
    cause = TextField()
    fix = TextField()
    retry_helps = serializers.BooleanField(allow_null=True)
    field = TextField()


class OrderSerializer(serializers.Serializer[None]):
    id = serializers.IntegerField()
    number = TextField()
    organization = TextField()
    source = TextField()  # type: ignore[assignment] # a field of this name, not DRF's option
    external_ref = TextField()
    state = TextField()
    parent = TextField(  # type: ignore[assignment] # a field of this name, not DRF's own
        allow_null=True, help_text="The order that it is a part of."
    )
    parts: Any = serializers.ListField(child=TextField(), help_text="Numbers of its parts.")
    ship_to = AddressSerializer()
    carrier = TextField()
    requested_service = TextField()
    channel = TextField(help_text="The shop or marketplace that it was sold in.")
    customer_tags = serializers.ListField(child=TextField())
    tags = serializers.ListField(child=TextField(), help_text="Put on it by rules.")
    assignee = TextField(help_text="The user's name of who looks after it.")
    is_residential = serializers.BooleanField(allow_null=True)
    currency = TextField()
    total = TextField()
    note = TextField()
    findings = serializers.ListField(child=serializers.DictField())
    attention = AttentionSerializer(allow_null=True)
    hold_reason = TextField()
    cancel_requested_at = serializers.DateTimeField(allow_null=True)
    placed_at = serializers.DateTimeField()
    ship_by = serializers.DateTimeField(allow_null=True)
    deliver_by = serializers.DateField(
        allow_null=True, help_text="The day on which it is promised to arrive."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    lines = LineOutSerializer(many=True)
    shipments = ShipmentSerializer(many=True)


class EventSerializer(serializers.Serializer[None]):
    at = serializers.DateTimeField()
    kind = TextField()
    message = TextField()
    actor = TextField()
    state_from = TextField()
    state_to = TextField()
    request_id = TextField()


class EventsSerializer(serializers.Serializer[None]):
    events = EventSerializer(many=True)


class ScanSerializer(serializers.Serializer[None]):
    status = TextField()
    happened_at = serializers.DateTimeField()
    description = TextField()
    location = TextField()


class TrackingSerializer(serializers.Serializer[None]):
    events = ScanSerializer(many=True)


class CandidateSerializer(serializers.Serializer[None]):
    """A warehouse, carrier or service; `removed_by` is the first thing that did.

    A `service` is one that the platform offered for the booking. An `offer` was compared before,
    as a rule asked for the best of any carrier; its `source` is live, cached or table.
    """

    kind = serializers.ChoiceField(choices=["warehouse", "carrier", "service", "offer"])
    name = TextField()
    removed_by = TextField(help_text="Empty for the one chosen.")
    price = TextField(allow_null=True)
    currency = TextField()
    delivery_days = serializers.IntegerField(allow_null=True)
    platform = TextField()
    source = TextField()  # type: ignore[assignment] # a field of that name
    expires_at = serializers.DateTimeField(allow_null=True)
    billable_g = serializers.IntegerField(allow_null=True)
    divisor_cm3_per_kg = serializers.IntegerField(allow_null=True)


class OverriddenSerializer(serializers.Serializer[None]):
    by = TextField()
    at = serializers.DateTimeField()
    reason = TextField()
    picked = serializers.DictField()


class DecisionSerializer(serializers.Serializer[None]):
    at = serializers.DateTimeField()
    rule_set_version = serializers.IntegerField()
    platform = TextField()
    carrier = TextField()
    warehouse = TextField(allow_null=True)
    service_strategy = TextField()
    service = TextField(help_text="Which of the carrier's services is asked for, in words.")
    failure = TextField(help_text="Why nothing was chosen.")
    sentences = serializers.ListField(child=TextField())
    trace = serializers.ListField(child=serializers.DictField())
    candidates = CandidateSerializer(many=True)
    took_us = serializers.IntegerField(allow_null=True, help_text="Microseconds.")
    override = OverriddenSerializer(allow_null=True, help_text="The way that a person picked.")
    machine = serializers.DictField(
        allow_null=True, help_text="What the rules chose by themselves, where a person did."
    )
    snapshot = serializers.DictField()
    snapshot_digest = TextField()


class ReasonSerializer(serializers.Serializer[None]):
    reason = TextField(max_length=200, required=False, allow_blank=True, default="")


class AssigneeSerializer(serializers.Serializer[None]):
    assignee = TextField(
        max_length=150,
        allow_blank=True,
        help_text="A user's name; empty gives the order back to the managers.",
    )


class PasteSerializer(serializers.Serializer[None]):
    text = TextField()
    carrier = TextField(required=False)


class FindingSerializer(serializers.Serializer[None]):
    field = TextField()
    code = TextField()
    message = TextField()
    severity = serializers.ChoiceField(choices=["error", "warning"])


class CustomerSerializer(serializers.Serializer[None]):
    name = TextField()
    phone = TextField()
    email = TextField()
    address_1 = TextField()
    address_2 = TextField()
    city = TextField()
    state = TextField()
    postal_code = TextField()
    country = TextField()
    confidence = serializers.FloatField()
    findings = FindingSerializer(many=True)


class ParsedSerializer(serializers.Serializer[None]):
    customers = CustomerSerializer(many=True)
