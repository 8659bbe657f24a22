"""AWS clients for a function that somebody waits for: botocore's own, made in a tenth of the time.

A cold start of boto3 goes into two things: importing what the function does not use (transfers, resources), and reading
service models of a megabyte of which one operation is called. `models/` holds botocore's models cut to the operations
that the route calls (`local.service_models` writes it); serialising, signing, retrying and parsing are botocore's.
"""

from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

_MODELS = Path(__file__).with_name("models")


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    loader = Loader(extra_search_paths=[str(_MODELS)], include_default_search_paths=False)
    session.register_component("data_loader", loader)
    return session


def client(service: str, *, config: Config) -> Any:  # noqa: ANN401  (botocore builds client classes at run time)
    """A client that knows only the operations in `models/`: UnknownServiceError, AttributeError for any other.

    A tenth of botocore's own time for each request goes into composing the same User-Agent twice and into checking
    parameters; the first is done once here, the second by the tests of whoever builds the request. Where one attempt is
    all, nothing decides after each answer whether there is another.
    """
    settled = Config(user_agent=_session().user_agent(), parameter_validation=False)
    made: Any = _session().create_client(service, config=config.merge(settled))
    if made.meta.config.retries["total_max_attempts"] == 1:
        made.meta.events.unregister(f"needs-retry.{service}", unique_id=f"retry-config-{service}")
    return made
