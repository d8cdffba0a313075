"""One rule of the draft: changed as a form, moved, switched and removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import MANAGERS, page_for
from accounts.principals import label_of
from orders.models import RoutingRule, RuleSet
from orders.rule_forms import RoutingRuleForm
from orders.services.rules import RULE_FIELDS, change_draft
from orders.web.routing.common import require_staff, told
from orders.web.routing.condition_form import ConditionForm, blank_form_row, choices

Rules = list[dict[str, Any]]
# Fields with a place of their own on the page; all others are what a rule does.
PLACED = frozenset(
    {
        *("name", "position", "is_active", "valid_from", "valid_until", "stop"),
        *("reach", "country", "regions", "condition", "any_carrier"),
    }
)


@page_for(*MANAGERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, place: int) -> HttpResponse:
    """`place` counts from 1 in the order of the rules; 0 is a rule to be added at the end."""
    require_staff(request)
    draft = _draft()
    rule = _rule(draft, place)
    if request.method != "POST":
        return _page(request, draft, place, RoutingRuleForm(instance=rule), _stored(rule))
    condition = ConditionForm.typed(request.POST)
    data = request.POST.copy()
    data["condition"] = json.dumps(condition.tree)
    data["position"] = str(rule.position or 0)
    form = RoutingRuleForm(data, instance=rule)
    if not form.is_valid() or condition.faults:
        return _page(request, draft, place, form, condition, status=422)
    values = {name: form.cleaned_data[name] for name in RULE_FIELDS if name != "position"}

    def save() -> str:
        _change(request, draft, lambda rules: _put(rules, place, values))
        return f"The rule “{values['name']}” is saved."

    if not told(request, save):
        return _page(request, draft, place, form, condition, status=409)
    return redirect("routing-version", version=draft.version)


@page_for(*MANAGERS)
@require_POST
def act(request: HttpRequest, place: int) -> HttpResponse:
    """Move it up or down, switch it on or off, or take it out."""
    require_staff(request)
    draft = _draft()
    _rule(draft, place)
    do = ACTS.get(request.POST.get("action", ""))
    if do is None or not place:
        raise Http404

    def change() -> str:
        _change(request, draft, lambda rules: do(rules, place - 1))
        return "Changed."

    told(request, change)
    return redirect("routing-version", version=draft.version)


@page_for()
@require_GET
def blank_row(request: HttpRequest) -> HttpResponse:
    """One more row for the table of conditions."""
    require_staff(request)
    return render(
        request, "orders/routing/_condition_row.html", {"row": blank_form_row(), **choices()}
    )


def _draft() -> RuleSet:
    found: RuleSet = get_object_or_404(RuleSet.objects.prefetch_related("rules"), is_draft=True)
    return found


def _rule(draft: RuleSet, place: int) -> RoutingRule:
    rules = list(draft.rules.order_by("position"))
    if place > len(rules):
        raise Http404
    return rules[place - 1] if place else RoutingRule(rule_set=draft)


def _stored(rule: RoutingRule) -> ConditionForm:
    return ConditionForm.stored(rule.condition)


def _page(
    request: HttpRequest,
    draft: RuleSet,
    place: int,
    form: RoutingRuleForm,
    condition: ConditionForm,
    *,
    status: int = 200,
) -> HttpResponse:
    for name in ("valid_from", "valid_until"):
        form.fields[name].widget.input_type = "date"
    context = {
        "draft": draft,
        "place": place,
        "form": form,
        "condition": condition,
        "effects": [field for field in form if field.name not in PLACED],
        "seen": request.POST.get("seen") or draft.updated_at.isoformat(),
        **choices(),
    }
    return render(request, "orders/routing/rule.html", context, status=status)


def _change(request: HttpRequest, draft: RuleSet, how: Callable[[Rules], Rules]) -> None:
    """The whole list is written anew, so what somebody else changed meanwhile must not be lost."""
    rows = draft.rules.order_by("position")
    rules = [{name: getattr(row, name) for name in RULE_FIELDS} for row in rows]
    change_draft(
        rule_set_id=draft.pk,
        changes={},
        rules=_numbered(how(rules)),
        actor=label_of(request.user),
        seen=request.POST.get("seen", ""),
    )


def _numbered(rules: Sequence[Mapping[str, Any]]) -> Rules:
    return [{**rule, "position": 10 * place} for place, rule in enumerate(rules, start=1)]


def _put(rules: Rules, place: int, values: Mapping[str, Any]) -> Rules:
    if not place:
        return [*rules, dict(values)]
    return [{**rule, **values} if at == place else rule for at, rule in enumerate(rules, start=1)]


def _moved(rules: Rules, at: int, by: int) -> Rules:
    other = at + by
    if 0 <= other < len(rules):
        rules[at], rules[other] = rules[other], rules[at]
    return rules


def _switched(rules: Rules, at: int) -> Rules:
    rules[at]["is_active"] = not rules[at]["is_active"]
    return rules


ACTS: dict[str, Callable[[Rules, int], Rules]] = {
    "up": lambda rules, at: _moved(rules, at, -1),
    "down": lambda rules, at: _moved(rules, at, 1),
    "switch": _switched,
    "remove": lambda rules, at: rules[:at] + rules[at + 1 :],
}
