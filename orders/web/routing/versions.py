"""The rules that route orders: what is live, the draft beside it, and every version before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import MANAGERS, page_for
from accounts.principals import label_of
from orders.models import RuleSet, Simulation
from orders.reports.watch import watch_of
from orders.rule_forms import RuleSetForm
from orders.rules.rule_words import preference_words
from orders.services.linting import lint_rule_set
from orders.services.rules import change_draft, copy_rule_set, discard_draft, publish_rule_set
from orders.services.simulations import rehearse
from orders.trial_forms import TrialForm
from orders.web.routing.common import may_steer, require_staff, told
from orders.web.routing.coverage import finding_lines
from orders.web.routing.lines import RuleLine, rule_lines

SIMULATIONS_SHOWN = 10
VERSIONS_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`run` takes the version and who acts, and says what was done."""

    run: Callable[[RuleSet, str], str]
    leads_to: str


@page_for()
@require_GET
def routing(request: HttpRequest) -> HttpResponse:
    """All versions, and what was tried lately."""
    require_staff(request)
    versions = list(RuleSet.objects.prefetch_related("rules").order_by("-version")[:VERSIONS_SHOWN])
    tried = Simulation.objects.select_related("rule_set", "base", "organization").order_by("-id")
    context = {
        "versions": versions,
        "live": next((one for one in versions if one.is_live), None),
        "draft": next((one for one in versions if one.is_draft), None),
        "simulations": tried[:SIMULATIONS_SHOWN],
        "may_steer": may_steer(request),
    }
    return render(request, "orders/routing/page.html", context)


@page_for()
@require_GET
def version(request: HttpRequest, version: int) -> HttpResponse:
    """One version with every rule in words; the draft with what changes it."""
    require_staff(request)
    return _version_page(request, _version(version))


def _version_page(
    request: HttpRequest, found: RuleSet, form: RuleSetForm | None = None
) -> HttpResponse:
    rules: tuple[RuleLine, ...] = rule_lines(found)
    can_change = found.is_draft and may_steer(request)
    context = {
        "rule_set": found,
        "rules": rules,
        "preferred": preference_words(found.warehouse_preference),
        "watch": watch_of(found),
        "findings": finding_lines(lint_rule_set(found)),
        "may_steer": may_steer(request),
        "can_change": can_change,
        "form": (form or RuleSetForm(instance=found)) if can_change else None,
        "trial": TrialForm(auto_id="trial-%s") if can_change else None,
        "seen": found.updated_at.isoformat(),
    }
    return render(
        request, "orders/routing/version.html", context, status=422 if form is not None else 200
    )


@page_for(*MANAGERS)
@require_POST
def act(request: HttpRequest, version: int) -> HttpResponse:
    """Copy, publish, try or discard a version."""
    require_staff(request)
    found = _version(version)
    chosen = ACTS.get(request.POST.get("action", ""))
    if chosen is None:
        raise Http404
    done = told(request, lambda: chosen.run(found, label_of(request.user)))
    if not done or chosen.leads_to == "version":
        return redirect("routing-version", version=found.version)
    if chosen.leads_to == "draft":
        draft = RuleSet.objects.filter(is_draft=True).first()
        return redirect("routing-version", version=draft.version if draft else found.version)
    return redirect("routing")


@page_for(*MANAGERS)
@require_POST
def defaults(request: HttpRequest) -> HttpResponse:
    """What holds where no rule of the draft matches."""
    require_staff(request)
    draft = get_object_or_404(RuleSet, is_draft=True)
    form = RuleSetForm(request.POST, instance=draft)
    if not form.is_valid():
        return _version_page(request, _version(draft.version), form)

    def change() -> str:
        change_draft(
            rule_set_id=draft.pk,
            changes={name: form.cleaned_data[name] for name in form.changed_data},
            rules=None,
            actor=label_of(request.user),
        )
        return "Saved."

    told(request, change)
    return redirect("routing-version", version=draft.version)


def _version(version: int) -> RuleSet:
    found: RuleSet = get_object_or_404(
        RuleSet.objects.prefetch_related("rules"), version=min(version, 2**31 - 1)
    )
    return found


def _draft(rule_set: RuleSet, who: str) -> str:
    copy = copy_rule_set(rule_set_id=rule_set.pk, actor=who)
    return f"Version {copy.version} is the draft. Nothing changes for orders until it is live."


def _publish(rule_set: RuleSet, who: str) -> str:
    publish_rule_set(rule_set_id=rule_set.pk, actor=who)
    return f"Version {rule_set.version} is live; orders dispatched from now on go by it."


def _try(rule_set: RuleSet, who: str) -> str:
    started = rehearse(rule_set_id=rule_set.pk, actor=who)
    return f"Simulation {started.pk} tries it on {started.total} orders."


def _discard(rule_set: RuleSet, who: str) -> str:
    discard_draft(rule_set_id=rule_set.pk, actor=who)
    return "The draft is discarded."


ACTS = {
    "draft": Act(run=_draft, leads_to="draft"),
    "publish": Act(run=_publish, leads_to="version"),
    "try": Act(run=_try, leads_to="routing"),
    "discard": Act(run=_discard, leads_to="routing"),
}
