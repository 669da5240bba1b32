"""Which endpoint is used: what users of Agent World Model have set works, and what is missing is named."""

import sys

import pytest

from awm_gym.errors import EndpointMissing
from awm_gym.llm import Endpoint, find_endpoint

MODEL = {"AWM_SYN_OVERRIDE_MODEL": "gpt"}


@pytest.mark.parametrize(
    ("environ", "endpoint"),
    [
        ({"OPENAI_API_KEY": "k"}, Endpoint(None, "gpt", "k")),
        ({"OPENAI_BASE_URL": "http://here/v1"}, Endpoint("http://here/v1", "gpt", "none")),
        ({"OPENAI_BASE_URL": "http://here/v1", "OPENAI_API_KEY": "k"}, Endpoint("http://here/v1", "gpt", "k")),
        ({"OPENAI_API_KEY": "k", "AWM_SYN_LLM_PROVIDER": "OpenAI"}, Endpoint(None, "gpt", "k")),
    ],
)
def test_the_official_variables_are_understood(environ: dict[str, str], endpoint: Endpoint) -> None:
    assert find_endpoint(environ=environ | MODEL) == endpoint


@pytest.mark.parametrize(
    "url",
    [
        "https://x.openai.azure.com",
        "https://x.openai.azure.com/",
        "x.openai.azure.com",
        "https://x.openai.azure.com/openai/v1/",
        "https://x.openai.azure.com/openai/v1/chat/completions",
        "https://x.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
    ],
)
def test_an_azure_resource_is_found_however_its_url_is_given(url: str) -> None:
    environ = {"AWM_SYN_LLM_PROVIDER": "azure", "AZURE_ENDPOINT_URL": url, "AZURE_OPENAI_API_KEY": "k"}
    assert find_endpoint(environ=environ | MODEL) == Endpoint("https://x.openai.azure.com/openai/v1/", "gpt", "k")


def test_arguments_go_before_variables() -> None:
    found = find_endpoint("mine", "http://there/v1", {"OPENAI_BASE_URL": "http://here/v1", **MODEL})
    assert (found.model, found.base_url) == ("mine", "http://there/v1")


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        (MODEL, "OPENAI_API_KEY"),
        ({"OPENAI_API_KEY": "k"}, "AWM_SYN_OVERRIDE_MODEL"),
        ({"AWM_SYN_LLM_PROVIDER": "azure", "OPENAI_API_KEY": "k", **MODEL}, "AZURE_ENDPOINT_URL"),
        ({"AWM_SYN_LLM_PROVIDER": "bedrock", **MODEL}, "'bedrock'"),
    ],
)
def test_what_is_not_configured_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(EndpointMissing, match=named):
        find_endpoint(environ=environ)


def test_the_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(EndpointMissing, match="pip install"):
        find_endpoint(environ={"OPENAI_API_KEY": "k", **MODEL})


def test_the_key_is_in_no_text() -> None:
    endpoint = Endpoint(None, "gpt", "secret")
    assert "secret" not in f"{endpoint!r} {endpoint}"
