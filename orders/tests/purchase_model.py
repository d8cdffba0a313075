"""A small model of buying a label, to be walked through whole: every order of every event.

It knows two workers, their claims, the platform and time, and no Django. The states of a purchase
and the moves between them are the real ones. What it takes for granted:

- the platform is done with a request `CALL` ticks after it left, and shows a label `LAG` ticks
  after that at the latest, which is twice the pause between two looks;
- a worker between marking a purchase as sent and sending it is killed before its claim runs out
  (`TASK_TIMEOUT_S` against `LEASE`); at every other step it may wake up at any time later.

`Rules` is the protocol. Each of its fields is one safeguard, and turning any of them off must
lead to a label too many.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from orders.rules.purchase import OPEN_INTENTS, ForbiddenMove, IntentState, way_to

CALL, SETTLE, LAG = 1, 1, 2
# Crashes, lost requests and answers, claims that run out, looks that tell nothing.
FAULTS = 2


class Rules(NamedTuple):
    looks_for_proof: int = 2
    looks_before_resend: bool = True
    waits_until_ripe: bool = True
    ripens_from_return: bool = True
    counts_misses_anew: bool = True
    marks_before_sending: bool = True
    checks_fence: bool = True


class At(StrEnum):
    """What a worker does next."""

    IDLE = "idle"
    READ = "read the booking"
    OPEN = "open the intent"
    MARK = "mark it sent"
    SEND = "send"
    CALL = "wait for the answer"
    LOOK = "look it up"
    SETTLE = "settle"


class State(StrEnum):
    PENDING = "pending"
    IN_FLIGHT = "in flight"
    UNKNOWN = "unknown"
    STUCK = "stuck"
    DONE = "done"
    REFUSED = "refused"


class Worker(NamedTuple):
    at: At = At.IDLE
    fence: int = 0
    request: int = -1
    intent: int = -1


class Req(StrEnum):
    UNDER_WAY = "under way"
    SOLD = "sold, not shown yet"
    SHOWN = "sold and shown"
    REFUSED = "refused"
    LOST = "lost"


KEPT = (Req.SOLD, Req.SHOWN)


class Request(NamedTuple):
    state: Req
    ticks: int = 0


class World(NamedTuple):
    """`held` is the request whose label our package holds; `wait` and `unripe` are ticks."""

    command: State = State.PENDING
    fence: int = 0
    sent: bool = False
    misses: int = 0
    wait: int = 0
    unripe: int = 0
    workers: tuple[Worker, ...] = (Worker(), Worker())
    requests: tuple[Request, ...] = ()
    intents: tuple[tuple[IntentState, int], ...] = ()
    held: int = -1
    faults: int = FAULTS


Step = tuple[str, World]


def steps(world: World, rules: Rules) -> Iterator[Step]:
    """Everything that can happen next."""
    yield from _claims(world, rules)
    for place, worker in enumerate(world.workers):
        yield from _work(world, rules, place, worker)
    yield from _losses(world, rules)
    yield from _platform(world)
    yield from _time(world)
    if world.command is State.STUCK:
        yield "a person has it looked up again", world._replace(command=State.UNKNOWN, misses=0)


def _claims(world: World, rules: Rules) -> Iterator[Step]:
    if world.command not in (State.PENDING, State.UNKNOWN) or world.wait:
        return
    looks = world.command is State.UNKNOWN and world.sent and rules.looks_before_resend
    for place, worker in enumerate(world.workers):
        if worker.at is At.IDLE:
            claimed = world._replace(command=State.IN_FLIGHT, fence=world.fence + 1)
            at = At.LOOK if looks else At.READ
            yield f"claims it, to {at}", _put(claimed, place, Worker(at, claimed.fence))


def _work(world: World, rules: Rules, place: int, worker: Worker) -> Iterator[Step]:
    match worker.at:
        case At.READ:
            yield _read(world, place, worker)
        case At.OPEN:
            yield _open(world, rules, place, worker)
        case At.MARK:
            yield _mark(world, rules, place, worker)
        case At.SEND:
            yield _send(world, place, worker)
        case At.CALL:
            yield from _answers(world, rules, place, worker)
        case At.LOOK:
            yield from _look(world, rules, place, worker)
        case At.SETTLE:
            yield _settle(world, rules, place, worker)


def _read(world: World, place: int, worker: Worker) -> Step:
    label = _shown(world)
    if label >= 0:
        found = worker._replace(at=At.SETTLE, request=label)
        return "sees a label on the booking", _put(world, place, found)
    return "sees no label on the booking", _put(world, place, worker._replace(at=At.OPEN))


def _open(world: World, rules: Rules, place: int, worker: Worker) -> Step:
    if not _may_write(world, rules, worker):
        return "finds its claim taken over", _put(world, place, Worker())
    closed = _move_open(world, IntentState.MISSED)
    opened = closed._replace(intents=(*closed.intents, (IntentState.PENDING, worker.fence)))
    ready = worker._replace(at=At.MARK, intent=len(closed.intents))
    return "opens an intent", _put(opened, place, ready)


def _mark(world: World, rules: Rules, place: int, worker: Worker) -> Step:
    if not _may_write(world, rules, worker):
        return "finds its claim taken over", _put(world, place, Worker())
    marked = _move(world, worker.intent, IntentState.SENT)
    if rules.marks_before_sending:
        marked = marked._replace(sent=True, unripe=CALL + SETTLE)
    return "marks it sent", _put(marked, place, worker._replace(at=At.SEND))


def _send(world: World, place: int, worker: Worker) -> Step:
    sent = world._replace(requests=(*world.requests, Request(Req.UNDER_WAY, CALL)))
    waiting = worker._replace(at=At.CALL, request=len(world.requests))
    return "sends the purchase", _put(sent, place, waiting)


def _answers(world: World, rules: Rules, place: int, worker: Worker) -> Iterator[Step]:
    state = world.requests[worker.request].state
    if state in (*KEPT, Req.REFUSED):
        yield "gets the answer", _put(world, place, worker._replace(at=At.SETTLE))
    if state is Req.LOST:
        yield "gives up waiting", _put_back(world, rules, place, worker)
    elif world.faults:
        yield "loses the answer", _put_back(_fault(world), rules, place, worker)


def _put_back(world: World, rules: Rules, place: int, worker: Worker) -> World:
    idle = _put(world, place, Worker())
    if not _may_write(world, rules, worker):
        return idle
    return _as_unknown(idle, rules)


def _as_unknown(world: World, rules: Rules) -> World:
    unripe = CALL + SETTLE if rules.ripens_from_return else world.unripe
    return world._replace(command=State.UNKNOWN, sent=True, wait=SETTLE, unripe=unripe)


def _look(world: World, rules: Rules, place: int, worker: Worker) -> Iterator[Step]:
    asked = _move_open(world, IntentState.UNKNOWN)
    label = _shown(world)
    if label >= 0:
        found = worker._replace(at=At.SETTLE, request=label)
        yield "finds the label", _put(asked, place, found)
        return
    yield "finds no label", _missed(asked, rules, place, worker)
    if world.faults and _may_write(world, rules, worker):
        stuck = _move_open(_fault(asked), IntentState.HANDED_OVER)
        yield "gives it to a person", _put(stuck._replace(command=State.STUCK), place, Worker())


def _missed(world: World, rules: Rules, place: int, worker: Worker) -> World:
    idle = _put(world, place, Worker())
    if not _may_write(world, rules, worker):
        return idle
    if rules.waits_until_ripe and world.unripe:
        return idle._replace(command=State.UNKNOWN, misses=0, wait=world.unripe)
    if world.misses + 1 >= rules.looks_for_proof:
        misses = 0 if rules.counts_misses_anew else world.misses + 1
        return idle._replace(command=State.PENDING, sent=False, misses=misses)
    return idle._replace(command=State.UNKNOWN, misses=world.misses + 1, wait=SETTLE)


def _settle(world: World, rules: Rules, place: int, worker: Worker) -> Step:
    idle = _put(world, place, Worker())
    if not _may_write(world, rules, worker):
        return "cannot settle: its claim was taken over", idle
    if world.requests[worker.request].state is Req.REFUSED:
        refused = _move_open(idle, IntentState.REFUSED)
        return "settles the refusal", refused._replace(command=State.REFUSED)
    was_answered = (IntentState.SENT, worker.fence) in world.intents
    paid = IntentState.BOUGHT if was_answered else IntentState.ADOPTED
    done = _move_open(idle, paid)._replace(command=State.DONE, held=worker.request)
    return f"settles it as {paid}", done


def _losses(world: World, rules: Rules) -> Iterator[Step]:
    """Workers die, and claims run out with their worker alive or dead."""
    holder = [w for w in world.workers if w.at is not At.IDLE and w.fence == world.fence]
    for place, worker in enumerate(world.workers):
        if worker.at is not At.IDLE and world.faults:
            yield f"dies before it could {worker.at}", _put(_fault(world), place, Worker())
    if world.command is not State.IN_FLIGHT:
        return
    if not holder:
        yield "the dead worker's claim is freed", _freed(world, rules)
    elif world.faults:
        yield "the claim runs out", _freed(_fault(_kill_senders(world)), rules)


def _freed(world: World, rules: Rules) -> World:
    if world.sent:
        return _as_unknown(world, rules)
    return world._replace(command=State.PENDING)


def _kill_senders(world: World) -> World:
    workers = (Worker() if w.at is At.SEND else w for w in world.workers)
    return world._replace(workers=tuple(workers))


def _platform(world: World) -> Iterator[Step]:
    for number, request in enumerate(world.requests):
        if request.state is Req.UNDER_WAY:
            yield f"the platform sells label {number}", _turn(world, number, Req.SOLD, LAG)
            yield f"the platform refuses label {number}", _turn(world, number, Req.REFUSED)
            if world.faults:
                yield f"request {number} is lost", _turn(_fault(world), number, Req.LOST)
        elif request.state is Req.SOLD:
            yield f"the platform shows label {number}", _turn(world, number, Req.SHOWN)


def _time(world: World) -> Iterator[Step]:
    """One tick, unless the platform has to be done with a request first."""
    moving = [r for r in world.requests if r.state in (Req.UNDER_WAY, Req.SOLD)]
    if any(r.ticks == 0 for r in moving) or not (world.wait or world.unripe or moving):
        return
    requests = tuple(_older(request) for request in world.requests)
    wait, unripe = max(world.wait - 1, 0), max(world.unripe - 1, 0)
    yield "time passes", world._replace(wait=wait, unripe=unripe, requests=requests)


def _older(request: Request) -> Request:
    ticks = max(request.ticks - 1, 0)
    if request.state is Req.SOLD and ticks == 0:
        return Request(Req.SHOWN)
    return request._replace(ticks=ticks)


def _may_write(world: World, rules: Rules, worker: Worker) -> bool:
    holds = world.command is State.IN_FLIGHT and world.fence == worker.fence
    return holds or not rules.checks_fence


def _shown(world: World) -> int:
    shown = [n for n, request in enumerate(world.requests) if request.state is Req.SHOWN]
    return shown[0] if shown else -1


def _move_open(world: World, to: IntentState) -> World:
    """Move the open intent, if there is one and it is not there yet."""
    for number, (state, _) in enumerate(world.intents):
        if state in OPEN_INTENTS and state is not to:
            return _move(world, number, to)
    return world


def _move(world: World, number: int, to: IntentState) -> World:
    state, fence = world.intents[number]
    try:
        last = way_to(state, to)[-1]
    except ForbiddenMove:
        return world
    intents = (*world.intents[:number], (last, fence), *world.intents[number + 1 :])
    return world._replace(intents=intents)


def _put(world: World, place: int, worker: Worker) -> World:
    others = (w for n, w in enumerate(world.workers) if n != place)
    # Workers are alike, so which of them it was makes no other world.
    return world._replace(workers=tuple(sorted((*others, worker))))


def _turn(world: World, number: int, state: Req, ticks: int = 0) -> World:
    turned = Request(state, ticks)
    requests = (*world.requests[:number], turned, *world.requests[number + 1 :])
    return world._replace(requests=requests)


def _fault(world: World) -> World:
    return world._replace(faults=world.faults - 1)
