"""What changed between two versions: held-out queries that they lead with another modality."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256

from rich.console import Console

from bedrock import deployment
from bedrock.converse import Question, asker
from bedrock.errors import BedrockError
from cli import versions
from cli.problems import NoAnswer
from cli.tables import cut, narrow
from cli.target import Target
from edge.model import EdgeModel, EdgeModelError
from intent import prompts, taxonomy
from intent.records import Example
from intent.runs import Keys
from intent.versions import Version
from intent.weights import Parsed, leading, parse

Lead = Callable[[str], str]
UNREADABLE = "no answer"
_QUERY = 34  # characters
_CALLERS = 8  # at once; Converse is quick, and held-out sets have hundreds of queries


@dataclass(frozen=True)
class Change:
    """A query, the teacher's leading modality, and the two versions'."""

    query: str
    label: str
    before: str
    after: str


def compare(target: Target, before: Version, after: Version, *, distilled: bool) -> tuple[int, list[Change]]:
    """How many queries of the newer version's run were asked, and those that the two lead differently."""
    newer = max(before, after, key=lambda version: version.version)
    lines = list(versions.objects(target).read_lines(Keys(newer.run_id).examples("holdout")))
    examples = [Example.model_validate_json(line) for line in lines]
    student = _distilled if distilled else _edge
    first, second = student(target, before), student(target, after)
    queries = [example.query for example in examples]
    with ThreadPoolExecutor(_CALLERS if distilled else 1) as pool:
        leads = zip(examples, pool.map(first, queries), pool.map(second, queries), strict=True)
        changes = [Change(example.query, example.leading, old, new) for example, old, new in leads if old != new]
    return len(examples), changes


def _edge(target: Target, version: Version) -> Lead:
    blob = versions.objects(target).find(version.edge.s3_key)
    if blob is None or sha256(blob).hexdigest() != version.edge.sha256:
        raise NoAnswer(f"The edge student of v{version.version} is not what was promoted: {version.edge.s3_key}")
    try:
        student = EdgeModel.from_bytes(blob)
    except EdgeModelError as error:
        raise NoAnswer(f"v{version.version}: {error}") from None
    return lambda query: leading(student.predict(query).weights)


def _distilled(target: Target, version: Version) -> Lead:
    found = deployment.listed(target.client("bedrock"), version.distilled.model_arn)
    active = [item.arn for item in found if item.status == "Active"]
    if not active:
        raise NoAnswer(f"v{version.version} is not deployed any more: see router versions")
    ask, domain = asker(target.client("bedrock-runtime")), taxonomy.load()
    system = prompts.student(domain)

    def lead(query: str) -> str:
        try:
            read = parse(ask(Question(active[0], system, query, stop=(prompts.STOP,))).text, domain.modalities)
        except BedrockError:
            return UNREADABLE
        return leading(read.weights) if isinstance(read, Parsed) else UNREADABLE

    return lead


def show(console: Console, names: tuple[str, str], asked: int, changes: list[Change], *, rows: int) -> None:
    """Print the counts, and the first `rows` queries."""
    if changes:
        table = narrow(f"Leading modality, {names[0]} and {names[1]}", "query", "teacher", *names)
        for change in changes[:rows]:
            table.add_row(cut(change.query, _QUERY), change.label, change.before, change.after)
        console.print(table)
    if len(changes) > rows:
        console.print(f"... and {len(changes) - rows} more (--rows {len(changes)} shows them all)", highlight=False)
    better = sum(change.after == change.label for change in changes)
    worse = sum(change.before == change.label for change in changes)
    console.print(
        f"{len(changes)} of {asked} held-out queries lead differently: {better} are right now, {worse} were right "
        f"before, {len(changes) - better - worse} are wrong in both.",
        highlight=False,
    )
