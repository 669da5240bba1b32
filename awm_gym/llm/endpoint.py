"""Which endpoint and model to use: arguments first, then the environment variables of Agent World Model.

AWM_SYN_LLM_PROVIDER is openai (the default) or azure. OPENAI_API_KEY and OPENAI_BASE_URL lead to OpenAI, or to any
other endpoint that speaks its protocol, where a key may not be needed; AZURE_ENDPOINT_URL and AZURE_OPENAI_API_KEY
lead to Azure. AWM_SYN_OVERRIDE_MODEL is the model.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import urlsplit

from awm_gym.errors import EndpointMissing

_NO_KEY = "none"
"""What is sent to an endpoint that wants no key; the client library insists on one."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint and a model there.

    Attributes:
        base_url: its URL, up to and without `/chat/completions`; None for OpenAI's own.
        model: the model's name.
        key: the API key; it appears in no text.
    """

    base_url: str | None
    model: str
    key: str = field(repr=False)


def find_endpoint(
    model: str | None = None, base_url: str | None = None, environ: Mapping[str, str] | None = None
) -> Endpoint:
    """Return the endpoint that is configured.

    Args:
        model: the model; by default what AWM_SYN_OVERRIDE_MODEL says.
        base_url: any endpoint's URL; by default what the environment variables say.
        environ: the environment variables; those of the process by default.

    Raises:
        EndpointMissing: if something is not configured, or the client library is not installed; the message says
            what to set.
    """
    given = os.environ if environ is None else environ
    if find_spec("openai") is None:
        raise EndpointMissing("expected the client library for LLMs; install it: pip install 'awm-gym[llm]'")
    provider = given.get("AWM_SYN_LLM_PROVIDER", "").strip().lower() or "openai"
    if provider not in ("openai", "azure"):
        raise EndpointMissing(f"expected AWM_SYN_LLM_PROVIDER to be openai or azure, got {provider!r}")
    if provider == "azure" and base_url is None:
        url, key = given.get("AZURE_ENDPOINT_URL"), given.get("AZURE_OPENAI_API_KEY")
        if not (url and key):
            raise EndpointMissing("expected AZURE_ENDPOINT_URL and AZURE_OPENAI_API_KEY to be set, for Azure")
        base_url = _azure_url(url)
    else:
        base_url = base_url or given.get("OPENAI_BASE_URL") or None
        key = given.get("OPENAI_API_KEY")
        if not (base_url or key):
            raise EndpointMissing(
                "expected an LLM endpoint: set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint that speaks "
                "the same protocol (both if it wants a key), or AWM_SYN_LLM_PROVIDER=azure with its variables"
            )
    model = model or given.get("AWM_SYN_OVERRIDE_MODEL")
    if not model:
        raise EndpointMissing("expected the name of a model: set AWM_SYN_OVERRIDE_MODEL")
    return Endpoint(base_url, model, key or _NO_KEY)


def _azure_url(url: str) -> str:
    """Return where an Azure resource speaks OpenAI's protocol, given that, the resource, or one of its deployments."""
    parts = urlsplit(url if "//" in url else f"https://{url}")
    path = parts.path.rstrip("/")
    if "/openai/v1" in path:
        path = path[: path.index("/openai/v1") + len("/openai/v1")]
    elif not path or path.startswith("/openai"):
        path = "/openai/v1"
    return f"{parts.scheme}://{parts.netloc}{path}/"
