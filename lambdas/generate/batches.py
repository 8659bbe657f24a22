"""A run's batches in the bucket."""

from generate.write import Receipt, Written
from intent.runs import Keys
from store.objects import Objects


def receipt(objects: Objects, keys: Keys, number: int) -> Receipt | None:
    """The receipt of a batch that was written, or None. It is written last, so a batch with one is complete."""
    found = objects.find(keys.receipt(number))
    return None if found is None else Receipt.model_validate_json(found)


def keep(objects: Objects, keys: Keys, written: Written) -> None:
    """Write a batch: examples, quarantine (if any), and the receipt last."""
    number = written.receipt.batch
    objects.write_lines(keys.batch(number), (example.model_dump_json() for example in written.examples))
    if written.quarantine:
        objects.write_lines(keys.quarantine(number), (bad.model_dump_json() for bad in written.quarantine))
    objects.write(keys.receipt(number), written.receipt.model_dump_json().encode(), "application/json")
