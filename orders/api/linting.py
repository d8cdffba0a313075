"""What is wrong with rules, and where which of them wins, over REST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from orders.rules.lint import Code, Finding, Severity
from orders.rules.lint.coverage import Band, Cell, Coverage
from orders.rules.routing import RouteSnapshot, RuleBook

TextField = serializers.CharField


class FindingRuleSerializer(serializers.Serializer[None]):
    place = serializers.IntegerField(help_text="In the list of active rules, from 0.")
    name = TextField()


class LintFindingSerializer(serializers.Serializer[None]):
    """`rules` are those it is about, the one to look at first. `example` is an order that shows it,
    as routing sees one: its facts, its lines, and the stock of each warehouse."""

    code = serializers.ChoiceField(choices=[code.value for code in Code])
    severity = serializers.ChoiceField(choices=[one.value for one in Severity])
    rules = FindingRuleSerializer(many=True)
    field = TextField(help_text="Of the first rule; may be empty.")
    words = TextField()
    example = serializers.DictField(allow_null=True)


class LintSerializer(serializers.Serializer[None]):
    version = serializers.IntegerField()
    findings = LintFindingSerializer(many=True)


class BandSerializer(serializers.Serializer[None]):
    """Above the one up to the other; null is no end."""

    above = TextField()
    up_to = TextField(allow_null=True)


class CellSerializer(serializers.Serializer[None]):
    group = TextField()
    weight = serializers.IntegerField(help_text="Place in `weights`.")
    value = serializers.IntegerField(help_text="Place in `values`.")
    winner = TextField(help_text="The rule that picks the carrier in most places.")
    rules = serializers.DictField(child=serializers.IntegerField(), help_text="With their places.")
    holes = serializers.ListField(child=TextField(), help_text="Places that no rule covers.")
    is_hole = serializers.BooleanField()


class CoverageSerializer(serializers.Serializer[None]):
    version = serializers.IntegerField()
    currency = TextField()
    groups = serializers.ListField(child=TextField())
    weights = BandSerializer(many=True, help_text="In grams.")
    values = BandSerializer(many=True)
    cells = CellSerializer(many=True)


class CoverageAskedSerializer(serializers.Serializer[None]):
    currency = serializers.RegexField("^[A-Z]{3}$", default="USD")


def lint_document(version: int, book: RuleBook, findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "version": version,
        "findings": [_finding_document(book, finding) for finding in findings],
    }


def _finding_document(book: RuleBook, finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code.value,
        "severity": finding.severity.value,
        "rules": [{"place": at, "name": book.rules[at].name} for at in finding.rules],
        "field": finding.field,
        "words": finding.words,
        "example": _example_document(finding.example) if finding.example else None,
    }


def _example_document(example: RouteSnapshot) -> dict[str, Any]:
    return {
        "country": example.country,
        "region": example.region,
        "requested_carrier": example.requested_carrier,
        "facts": example.facts,
        "lines": example.lines,
        "needs": example.needs,
        "warehouses": [asdict(option) for option in example.warehouses],
        "at": example.at,
    }


def coverage_document(version: int, found: Coverage) -> dict[str, Any]:
    return {
        "version": version,
        "currency": found.currency,
        "groups": found.groups,
        "weights": [_band_document(band) for band in found.weights],
        "values": [_band_document(band) for band in found.values],
        "cells": [_cell_document(cell) for cell in found.cells],
    }


def _band_document(band: Band) -> dict[str, Any]:
    return {"above": str(band.low), "up_to": None if band.high is None else str(band.high)}


def _cell_document(cell: Cell) -> dict[str, Any]:
    return {
        "group": cell.group,
        "weight": cell.weight,
        "value": cell.value,
        "winner": cell.winner,
        "rules": dict(cell.rules),
        "holes": cell.holes,
        "is_hole": cell.is_hole,
    }
