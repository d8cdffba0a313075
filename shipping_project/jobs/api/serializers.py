"""Forms of answers, for the description of the API."""

from __future__ import annotations

from rest_framework import serializers

from shipping_project.jobs.models import ItemState, JobState


class JobSerializer(serializers.Serializer[None]):
    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="Such as orders.bulk.")
    organization = serializers.SlugField()
    state = serializers.ChoiceField(choices=JobState.choices)
    dry_run = serializers.BooleanField()
    total = serializers.IntegerField(help_text="Rows in all.")
    succeeded = serializers.IntegerField()
    refused = serializers.IntegerField()
    percent = serializers.IntegerField()
    rows_per_second = serializers.FloatField(allow_null=True)
    seconds_left = serializers.IntegerField(allow_null=True, help_text="While it is running.")
    stop_reason = serializers.CharField()
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class RowFaultSerializer(serializers.Serializer[None]):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class JobItemSerializer(serializers.Serializer[None]):
    row = serializers.IntegerField(help_text="Of the file, from 1; of a list, its place in it.")
    state = serializers.ChoiceField(choices=ItemState.choices)
    result = serializers.DictField(allow_null=True)
    errors = RowFaultSerializer(many=True)  # type: ignore[assignment] # a field of this name
