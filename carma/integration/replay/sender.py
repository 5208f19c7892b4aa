"""Telling the steps of a row to the API, one POST each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zlib import crc32

from carma.integration.replay.client import Answer, Client, NotAllowed
from carma.integration.replay.course import Remark
from carma.integration.replay.journal import Progress
from carma.integration.replay.mapping import Map
from carma.integration.replay.telling import Step, Told

OF_ASSIGNMENT = frozenset({"depart", "arrive", "clear", "abort"})
REOPEN = {"reopen_to_queue": "reopen"}
LONGEST_QUESTION = 200
LIKELY, CERTAIN = 0.5, 0.9  # scores of an address search, 1 is what was typed
WAITING = frozenset({"received", "qualified", "queued"})
BUSY, OUT_OF_ORDER, OUTSIDE = "team_not_available", "moment_out_of_order", "place_outside_zone"


@dataclass(frozen=True)
class Refusal:
    verb: str
    code: str
    detail: str


@dataclass(frozen=True)
class Result:
    """What came of one step; `progress` is unchanged after a refusal."""

    progress: Progress
    refusal: Refusal | None = None
    remark: Remark | None = None


class Sender:
    """`keeps_moments` tells each deed at its moment in the log; otherwise everything happens now."""

    def __init__(self, client: Client, mapping: Map, *, keeps_moments: bool) -> None:
        self.client = client
        self.mapping = mapping
        self.keeps_moments = keeps_moments
        self.teams: dict[str, str] = {}

    def begin(self) -> None:
        """Learn the teams on shift. Raises `NotAllowed` when none could be sent."""
        rows = self.client.every("/teams/")
        self.teams = {str(row["call_sign"]): str(row["id"]) for row in rows if row["status"] == "available"}
        unknown = [name for name in self.mapping.team_pool if name not in self.teams]
        if unknown:
            raise NotAllowed(f"[teams] pool: not on shift are {', '.join(unknown)}")
        if not self.teams:
            raise NotAllowed("no team is on shift that could be sent")

    def send(self, told: Told, progress: Progress) -> Result:
        """Tell the step that comes next."""
        step = told.steps[progress.done]
        if step.verb == "take":
            return self._take(told, step, progress)
        if step.verb == "assign":
            return self._assign(told, step, progress)
        return self._move(told, step, progress)

    def _take(self, told: Told, step: Step, progress: Progress) -> Result:
        body: dict[str, Any] = dict(step.body)
        remark: Remark | None = None
        if not body["place"]:
            body["place"], remark = self._look_up(told)
            if not body["place"]:
                return Result(progress, Refusal("take", "address_unknown", told.address))
        if self.keeps_moments:
            body = self._then(body, step.at)
        else:
            del body["received_at"]
        answer = self.client.post("/incidents/", body, key=self._key(told, progress))
        if answer.code == OUTSIDE and told.fallback and body["place"] != told.fallback:
            remark = Remark(OUTSIDE, f"{body['place']['label']}; told at the fallback place")
            body["place"] = told.fallback
            answer = self.client.post("/incidents/", body, key=self._key(told, progress, "fallback"))
        if answer.is_ok and answer.body["status"] not in WAITING:
            known = Remark("told_before", "the zone knows this call already")
            return Result(replace(progress, is_over=True), remark=known)
        return self._result(step, progress, answer, remark)

    def _assign(self, told: Told, step: Step, progress: Progress) -> Result:
        """Send the row's own team, else one of the pool that was free at that moment, else one free now."""
        wanted = self.mapping.team_names.of(told.team) if told.team else None
        answer = Answer(409, {"code": "no_team", "detail": told.team})
        for at in (step.at, None) if self.keeps_moments else (None,):
            for call_sign in self._candidates(told, wanted):
                body = {**step.body, "incident": progress.incident, "team": self.teams[call_sign]}
                key = self._key(told, progress, call_sign if at else f"{call_sign}:now")
                answer = self.client.post("/assignments/", self._then(body, at), key=key)
                if answer.code not in (BUSY, OUT_OF_ORDER):
                    return self._result(step, progress, answer, self._how_sent(call_sign, wanted, at))
        return self._result(step, progress, answer, None)

    def _candidates(self, told: Told, wanted: str | None) -> Iterator[str]:
        pool = list(self.mapping.team_pool or self.teams)
        start = crc32(told.key.encode()) % len(pool)
        named = [wanted] if wanted in self.teams else []
        yield from dict.fromkeys([*named, *pool[start:], *pool[:start]])

    def _how_sent(self, call_sign: str, wanted: str | None, at: datetime | None) -> Remark | None:
        if self.keeps_moments and at is None:
            return Remark("moment_not_taken", f"assign: no team was free then, {call_sign} sent now")
        if wanted and call_sign != wanted:
            return Remark("other_team", f"{call_sign} instead of {wanted}")
        return None

    def _move(self, told: Told, step: Step, progress: Progress) -> Result:
        """One verb of incident or assignment; a moment that the zone does not take is told as now."""
        is_duty = step.verb in OF_ASSIGNMENT
        record = f"assignments/{progress.assignment}" if is_duty else f"incidents/{progress.incident}"
        path = f"/{record}/{REOPEN.get(step.verb, step.verb)}/"
        at = step.at if self.keeps_moments else None
        answer, remark = (
            self.client.post(path, self._then(step.body, at), key=self._key(told, progress)),
            None,
        )
        if at and answer.code == OUT_OF_ORDER:
            remark = Remark("moment_not_taken", f"{step.verb}: {answer.detail}")
            answer = self.client.post(path, step.body, key=self._key(told, progress, "now"))
        return self._result(step, progress, answer, remark)

    def _look_up(self, told: Told) -> tuple[Mapping[str, Any], Remark | None]:
        """The likeliest of the zone's own addresses, else the fallback, which may be empty."""
        answer = self.client.get("/addresses/", q=told.address[:LONGEST_QUESTION], limit="1")
        best = next(iter(answer.body.get("results", ())), None) if answer.is_ok else None
        if best is None or best["score"] < LIKELY:
            return told.fallback, Remark("address_unknown", f"{told.address}; told at the fallback place")
        names = ("label", "lat", "lon", "address_id")
        place = {name: best[name] for name in names if best[name] is not None}
        is_certain = best["score"] >= CERTAIN
        return place, None if is_certain else Remark("address_guessed", f"{told.address}: {best['label']}")

    def _then(self, body: Mapping[str, Any], at: datetime | None) -> dict[str, Any]:
        """The body with the moment of the deed and why it is told so late; as it is for what happens now."""
        if at is None:
            return dict(body)
        return {"reason": f"replay of {self.mapping.source}", **body, "at": at.isoformat()}

    def _key(self, told: Told, progress: Progress, about: str = "") -> str:
        """The same for the same step of the same row, whenever and from wherever it is told."""
        return str(uuid5(NAMESPACE_URL, f"carma-replay:{told.key}:{progress.done}:{about}"))

    def _result(self, step: Step, progress: Progress, answer: Answer, remark: Remark | None) -> Result:
        if not answer.is_ok:
            return Result(progress, Refusal(step.verb, answer.code, answer.detail), remark)
        progress = replace(progress, done=progress.done + 1)
        if step.verb == "take":
            progress = replace(progress, incident=str(answer.body["id"]))
        elif step.verb == "assign":
            progress = replace(progress, assignment=str(answer.body["id"]))
        return Result(progress, remark=remark)
