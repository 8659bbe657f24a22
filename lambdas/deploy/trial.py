"""Ending a trial: the candidate goes out of the pointer, the active version stays as it is.

Stopping takes no lease. It must work while a run holds it for hours, and it deletes nothing that another could still
need: the candidate's deployment stays until a run's retiring finds that nobody names it any more. What it writes is
safe by the pointer's own compare-and-set (`store.pointer`): a promotion, a rollback or another stop that was faster
takes the number which this write was made for, so that it counts nowhere, and this one looks again. And where this one
was faster, a promotion under way loses its number, looks again, and goes on from there.
"""

from datetime import datetime

from deploy.promote import Contended
from intent.pointer import Candidate
from store.pointer import PointerStore

_ATTEMPTS = 5  # each failure means that somebody else's write went through


def end_trial(pointers: PointerStore, *, began_before: datetime | None = None) -> Candidate | None:
    """Take the candidate out and give it; None if there is none, or only one that began at this time or later.

    An alarm that is heard late (EventBridge delivers at least once) is not about a candidate that began after it.
    Raises Contended.
    """
    for _ in range(_ATTEMPTS):
        seen = pointers.look()
        if seen.pointer is None or seen.pointer.candidate is None:
            return None
        candidate = seen.pointer.candidate
        if began_before and candidate.started_at >= began_before:
            return None
        if pointers.swap(seen, seen.pointer.without_candidate()):
            return candidate
    raise Contended("the pointer was written by others every time; the candidate is still on trial")
