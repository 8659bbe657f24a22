"""Names of a run: its id, its keys in the data bucket, its jobs and models at Bedrock.

Patterns (botocore 1.43.106 service model): evaluation jobs `[a-z0-9](-*[a-z0-9]){0,62}`, customization jobs
`[a-zA-Z0-9](-*[a-zA-Z0-9+-.])*`, models and deployments `([0-9a-zA-Z][_-]?){1,63}`, all at most 63 characters; so a
run id is lower case letters, digits and single inner hyphens. S3 keys keep to `[a-z0-9./-]`.
"""

import re
from hashlib import sha256

MAX_RUN_ID = 40
_RUN_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LEASE = "lease.json"
JUDGE = "judge-"
REPEAT = "repeat"  # the judge job that rates some answers a second time
_DIGEST = 8


def run_id(execution_name: str) -> str:
    """A readable id of at most 40 characters, the same for the same name; a digest keeps different names apart."""
    digest = sha256(execution_name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    slug = re.sub(r"[^a-z0-9]+", "-", execution_name.lower()).strip("-")
    slug = slug[: MAX_RUN_ID - _DIGEST - 1].strip("-")
    return f"{slug}-{digest}" if slug else f"run-{digest}"


def is_run_id(text: str) -> bool:
    """Whether a run may have this id: no other text gets into a key or a name."""
    return len(text) <= MAX_RUN_ID and _RUN_ID.fullmatch(text) is not None


def job_name(run: str, purpose: str, attempt: int = 1) -> str:
    """The name of a job, model or deployment of this run: `<run id>-<purpose>`, at most 63 characters.

    From the second attempt on (a run that was resumed) the attempt is part of it: names are taken once and for all.
    """
    name = f"{run}-{purpose.replace('_', '-')}" + (f"-{attempt}" if attempt > 1 else "")
    if len(name) > 63:  # noqa: PLR2004  (the API limit that the module names)
        raise ValueError(f"purpose: {purpose!r} makes the name {name!r} longer than 63 characters; shorten it")
    return name


def job_names(run: str, purpose: str, attempt: int) -> list[str]:
    """The names of all attempts so far, the latest first."""
    return [job_name(run, purpose, number) for number in range(attempt, 0, -1)]


def judge_job(candidate: str, part: int) -> str:
    """The name within the run of the job over one part of a candidate's answers, counted from 1."""
    return candidate if part == 1 else f"{candidate}-p{part}"


class Keys:
    """Keys of everything that a run keeps, under `runs/<run id>/`. `attempt` keeps apart what judge jobs write."""

    def __init__(self, run: str, attempt: int = 1) -> None:
        self._judged = "output/" if attempt == 1 else f"output-{attempt}/"
        self.prefix = f"runs/{run}/"
        self.plan = f"{self.prefix}plan.json"
        self.replies = f"{self.prefix}generate/replies/"
        self.job_input = f"{self.prefix}generate/job/input.jsonl"
        self.job_output = f"{self.prefix}generate/job/output/"
        self.manifest = f"{self.prefix}dataset/manifest.json"
        self.dropped = f"{self.prefix}dataset/dropped.jsonl"
        self.distill = f"{self.prefix}distill/"
        self.edge_model = f"{self.prefix}edge/model.bin"
        self.edge_validation = f"{self.prefix}edge/validation.json"
        self.edge_metrics = f"{self.prefix}edge/metrics.json"
        self.report = f"{self.prefix}report.json"
        self.page = f"{self.prefix}report.html"

    def batch(self, number: int) -> str:
        """Examples of one batch, one JSON line each."""
        return f"{self.prefix}generate/batches/{number:05d}.jsonl"

    def quarantine(self, number: int) -> str:
        """What a batch could not use, with the reason."""
        return f"{self.prefix}generate/quarantine/{number:05d}.jsonl"

    def reply(self, number: int) -> str:
        """The teacher's reply to a batch, as it came: once it is there, the batch is finished and never paid again."""
        return f"{self.replies}{number:05d}.json"

    def split(self, name: str) -> str:
        """Lines that Bedrock reads, of `train`, `validation` or `holdout`."""
        return f"{self.prefix}dataset/{name}.jsonl"

    def examples(self, name: str) -> str:
        """The same examples with id, weights and cell, as the edge student and the evaluation read them."""
        return f"{self.prefix}dataset/examples/{name}.jsonl"

    def responses(self, candidate: str, chunk: int) -> str:
        """One candidate's answers to one chunk of the held-out set."""
        return f"{self.prefix}evaluate/{candidate}/responses/{chunk:03d}.jsonl"

    def all_responses(self, candidate: str) -> str:
        """All of one candidate's answers, joined."""
        return f"{self.prefix}evaluate/{candidate}/responses.jsonl"

    def judge_input(self, candidate: str, part: int = 1) -> str:
        """One part of the same answers, counted from 1, in the shape that a Bedrock evaluation job reads."""
        return f"{self.prefix}evaluate/{candidate}/judge/input-{part:03d}.jsonl"

    def judge_output(self, candidate: str) -> str:
        """Prefix under which the evaluation jobs of all parts write, each in a folder of its own name."""
        return f"{self.prefix}evaluate/{candidate}/judge/{self._judged}"
