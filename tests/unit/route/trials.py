"""A process with a version on trial: both versions' files and models, each of which a test may break."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from bedrock.converse import Question, Reply
from edge.model import EdgeModel
from intent.pointer import Candidate, Pointer
from route.active import Active, ActiveVersion
from route.breaker import Breaker
from route.cache import DecisionCache
from route.deadline import NEVER
from route.request import RouteRequest
from route.router import Mode
from route.service import Service
from route.student import DistilledStudent
from route.trial import Answered
from tests.unit.intent.test_candidate import TRIAL
from tests.unit.samples import ANSWER, DOMAIN, MODALITIES, edge_student, leaning

from .samples import BLOB, POINTER

TRIED = edge_student("visual").to_bytes()
CANDIDATE = Candidate.model_validate(
    {**TRIAL, "share": 0.5, "edge": {**TRIAL["edge"], "sha256": sha256(TRIED).hexdigest()}, "max_usd_per_day": 1.0}
)
THEIRS, OURS = CANDIDATE.distilled.deployment_arn, POINTER.distilled.deployment_arn
OTHER_ANSWER = json.dumps({**leaning("audio"), "reasoning": "heard"})
TAKEN, LEFT = (
    [query for number in range(400) if CANDIDATE.takes(query := f"take {number}") is side] for side in (True, False)
)
Said = str | Exception


class Process:
    """The active version is v3, v2 is on trial. `says`: by deployment; `files`: by key; `asked`: deployments."""

    def __init__(self, route_mode: Mode = "distilled", **changed: Any) -> None:
        candidate = CANDIDATE.model_copy(update=changed)
        self.pointer: Pointer | Exception = POINTER.model_copy(update={"candidate": candidate})
        self.says: dict[str, Said] = {OURS: ANSWER, THEIRS: OTHER_ANSWER}
        self.files: dict[str, bytes | Exception] = {POINTER.edge.s3_key: BLOB, candidate.edge.s3_key: TRIED}
        self.asked: list[str] = []
        self.read: list[str] = []
        self.warnings: list[str] = []
        self.now = 0.0
        self.release: Callable[[], EdgeModel] = edge_student
        self.versions = ActiveVersion(
            self._pointer,
            self._file,
            self._release,
            lambda code, _: self.warnings.append(code),
            modalities=MODALITIES,
            clock=lambda: self.now,
        )
        student = DistilledStudent(self.ask, DOMAIN, Breaker(clock=lambda: self.now))
        self.service = Service(self.versions, student, route_mode, DecisionCache())

    def ask(self, question: Question) -> Reply:
        self.asked.append(question.model)
        said = self.says[question.model]
        if isinstance(said, Exception):
            raise said
        return Reply(said, "end_turn", 60, 25, 12.5)

    def decide(self, query: str, **options: Any) -> Answered:
        return self.service.decide(query, RouteRequest(query=query, **options), NEVER)

    @property
    def active(self) -> Active:
        """What the function would answer with now."""
        return self.service.active(NEVER)

    def _pointer(self) -> Pointer:
        if isinstance(self.pointer, Exception):
            raise self.pointer
        return self.pointer

    def _release(self) -> EdgeModel:
        return self.release()

    def _file(self, key: str) -> bytes:
        self.read.append(key)
        found = self.files[key]
        if isinstance(found, Exception):
            raise found
        return found
