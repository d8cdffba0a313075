"""Rules tried on past orders: how far it is, what would change, and the word of a second person."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import MANAGERS, page_for
from accounts.principals import label_of
from orders.api.simulations import changes_csv
from orders.models import RuleSet, SimulatedChange, Simulation
from orders.models.simulation import OPEN_SIMULATIONS
from orders.reports.simulations import simulation_report
from orders.services.replaying import records_of
from orders.services.simulations import approve_simulation, cancel_simulation, start_simulation
from orders.trial_forms import TrialForm
from orders.web.routing.common import may_steer, require_staff, told
from orders.web.routing.flow import flow_of
from shipping_project.kernel.htmx import is_fragment


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """The page, and its moving part while it is worked off."""
    require_staff(request)
    found = _simulation(pk)
    report = simulation_report(found)
    context = {
        "simulation": found,
        "report": report,
        "flow": flow_of(report.flows),
        "is_open": found.state in OPEN_SIMULATIONS,
        "percent": found.done * 100 // found.total if found.total else 100,
        "may_steer": may_steer(request),
        "is_own": label_of(request.user) == found.created_by,
    }
    name = "_simulation.html" if is_fragment(request) else "simulation.html"
    return render(request, f"orders/routing/{name}", context)


@page_for(*MANAGERS)
@require_POST
def begin(request: HttpRequest, version: int) -> HttpResponse:
    """Try a version on the orders that the form names."""
    require_staff(request)
    tried = get_object_or_404(RuleSet, version=min(version, 2**31 - 1))
    form = TrialForm(request.POST)
    if not form.is_valid():
        for name, faults in form.errors.items():
            messages.error(
                request, f"{form.fields[name].label or name}: {' '.join(map(str, faults))}"
            )
        return redirect("routing-version", version=tried.version)
    made: list[Simulation] = []

    def start() -> str:
        who = label_of(request.user)
        made.append(start_simulation(rule_set_id=tried.pk, actor=who, **form.asked))
        return f"It is tried on {made[0].total} order{'' if made[0].total == 1 else 's'}."

    if not told(request, start):
        return redirect("routing-version", version=tried.version)
    return redirect("simulation", pk=made[0].pk)


@page_for(*MANAGERS)
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    require_staff(request)
    found, who = _simulation(pk), label_of(request.user)
    chosen = request.POST.get("action", "")

    def cancel() -> str:
        cancel_simulation(simulation_id=found.pk, actor=who)
        return "Nothing more of it is worked off; what was found stays."

    def approve() -> str:
        approve_simulation(simulation_id=found.pk, actor=who)
        return "Approved; these rules may go live."

    do = {"cancel": cancel, "approve": approve}.get(chosen)
    if do is None:
        raise Http404
    told(request, do)
    return redirect("simulation", pk=found.pk)


@page_for()
@require_GET
def csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    require_staff(request)
    return changes_csv(_simulation(pk))


@page_for()
@require_GET
def change(request: HttpRequest, pk: int, number: str) -> HttpResponse:
    """Both records of one order side by side, worked out again from what was known then."""
    require_staff(request)
    if "\x00" in number:
        raise Http404
    rows = SimulatedChange.objects.select_related(
        "order", "decision", "simulation__base", "simulation__rule_set"
    )
    found = get_object_or_404(rows, simulation_id=pk, order__number=number.upper()[:20])
    before, after = records_of(found)
    context = {"change": found, "simulation": found.simulation, "before": before, "after": after}
    return render(request, "orders/routing/change.html", context)


def _simulation(pk: int) -> Simulation:
    rows = Simulation.objects.select_related("rule_set", "base", "organization")
    found: Simulation = get_object_or_404(rows, pk=min(pk, 2**31 - 1))
    return found
