"""`Llm`: a chat model at an endpoint, through OpenAI's official client.

That client retries what may pass by itself (429 and 5xx, as the endpoint's Retry-After says, broken connections,
timeouts). What it does not do is done here: endpoints differ in which parameters they know, so one that is refused is
left out from then on; and an answer of a certain shape is asked for by JSON schema, by JSON mode or in words, whatever
the endpoint has, and asked for again if it comes cut off, refused or malformed.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from awm_gym.errors import LlmFailed
from awm_gym.llm.endpoint import Endpoint
from awm_gym.llm.json_text import json_objects

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

M = TypeVar("M", bound=BaseModel)
Message = Mapping[str, str]
"""`role` (system, user, assistant) and `content`."""

_FORMATS = ("json_schema", "json_object", "text")
_ATTEMPTS = 3
_MAX_TOLD = 300


@dataclass(slots=True)
class Usage:
    """What requests have cost so far: their number, and tokens as the endpoint counts them."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, other: "Usage") -> None:
        """Add what other requests cost."""
        self.requests += other.requests
        self.prompt_tokens += other.prompt_tokens
        self.completion_tokens += other.completion_tokens


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered.

    Attributes:
        text: its words.
        end: why it ended, as the endpoint says: `stop`, `length` (cut off), `content_filter`.
        refusal: why it declines to answer; empty if it does not.
        usage: what it cost.
    """

    text: str
    end: str
    refusal: str
    usage: Usage


class Llm:
    """A chat model. It belongs to the event loop on which it is first used; close it when done."""

    def __init__(self, endpoint: Endpoint, *, timeout: float = 120.0, retries: int = 5, concurrency: int = 64) -> None:
        """Prepare for requests; nothing is sent yet.

        Args:
            endpoint: where it is.
            timeout: seconds that a request may take.
            retries: how often a request that failed for the moment is made again.
            concurrency: how many requests may be under way at once.
        """
        from openai import AsyncOpenAI

        self.endpoint = endpoint
        self._client = AsyncOpenAI(
            api_key=endpoint.key, base_url=endpoint.base_url, timeout=timeout, max_retries=retries
        )
        self._slots = asyncio.Semaphore(concurrency)
        self._format = 0
        self._unknown: set[str] = set()

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
        **options: Any,
    ) -> Reply:
        """Return the model's answer to a conversation.

        Args:
            messages: the conversation.
            temperature: how much chance there is in it; the endpoint's default by default.
            max_tokens: how long it may be; left to the endpoint by default.
            options: further parameters of OpenAI's chat completions.

        Raises:
            LlmFailed: if there is no answer, in spite of retries.
        """
        from openai import APIError, OpenAIError

        wanted = {"temperature": temperature, "max_completion_tokens": max_tokens, **options}
        while True:
            known = self._known({name: value for name, value in wanted.items() if value is not None})
            try:
                async with self._slots:
                    answer = await self._client.chat.completions.create(
                        model=self.endpoint.model, messages=cast("Any", messages), **known
                    )
                return _reply(answer)
            except OpenAIError as error:
                told = error.message if isinstance(error, APIError) else str(error)
                if getattr(error, "status_code", None) in (400, 422) and self._learn(told, known):
                    continue
                raise self._failed(f"{type(error).__name__}: {told}") from None
            except (AttributeError, IndexError, TypeError, ValueError) as error:
                raise self._failed(f"it answered with something else than a chat completion: {error!r}") from None

    async def ask(
        self,
        messages: Sequence[Message],
        shape: type[M],
        *,
        usage: Usage | None = None,
        temperature: float | None = None,
        max_tokens: int = 8192,
    ) -> M:
        """Return an answer of a certain shape.

        Args:
            messages: the conversation.
            shape: what is asked for; a model whose fields are all required, and that forbids others.
            usage: gets what it cost, also if it fails.
            temperature: as for `chat`.
            max_tokens: how long the answer may be at first, thinking included; twice as long if it comes cut off.

        Raises:
            LlmFailed: if there is none, in spite of retries.
        """
        said: list[Message] = list(messages)
        problem = ""
        for _ in range(_ATTEMPTS):
            reply = await self._formatted(said, shape, temperature, max_tokens)
            if usage is not None:
                usage.add(reply.usage)
            if reply.refusal or reply.end == "content_filter":
                problem = f"the model refuses to answer: {reply.refusal or 'its answer was filtered'}"
                continue
            value, problem = _parsed(reply.text, shape)
            if value is not None:
                return value
            if reply.end == "length":
                problem, max_tokens = f"the answer was cut off after {max_tokens} tokens", 2 * max_tokens
                continue
            again = f"That was no JSON object of the shape asked for: {problem}. Answer with that JSON object only."
            said = [*messages, {"role": "assistant", "content": reply.text}, {"role": "user", "content": again}]
        raise self._failed(problem)

    async def _formatted(
        self, messages: Sequence[Message], shape: type[BaseModel], temperature: float | None, max_tokens: int
    ) -> Reply:
        """Ask in the strictest way that the endpoint has; which that is, it shows by refusing the others."""
        while True:
            form, schema = _FORMATS[self._format], shape.model_json_schema()
            named = {"name": shape.__name__, "schema": schema, "strict": True}
            formats = {"json_schema": {"type": form, "json_schema": named}, "json_object": {"type": form}}
            told = "Answer with one JSON object of this JSON schema, and nothing else:\n" + json.dumps(schema)
            said = messages if form == "json_schema" else [*messages, {"role": "system", "content": told}]
            try:
                return await self.chat(
                    said, temperature=temperature, max_tokens=max_tokens, response_format=formats.get(form)
                )
            except _FormatRefused:
                self._format = max(self._format, _FORMATS.index(form) + 1)

    def _known(self, options: dict[str, Any]) -> dict[str, Any]:
        known = {name: value for name, value in options.items() if name not in self._unknown}
        if "max_completion_tokens" in options and "max_completion_tokens" in self._unknown:
            known["max_tokens"] = options["max_completion_tokens"]
        return known

    def _learn(self, told: str, sent: Mapping[str, Any]) -> bool:
        """Take note of what an endpoint does not know, if it says so, and return whether to ask again without."""
        for name in ("max_completion_tokens", "temperature"):
            if name in sent and name in told:
                self._unknown.add(name)
                return True
        if "response_format" in sent:  # which endpoints refuse in all kinds of words
            raise _FormatRefused(told)
        return False

    def _failed(self, problem: str) -> LlmFailed:
        told = problem.replace(self.endpoint.key, "[key]")
        where = self.endpoint.base_url or "OpenAI"
        return LlmFailed(f"{self.endpoint.model} at {where}: {told[:_MAX_TOLD]}")

    async def close(self) -> None:
        """Close its connections."""
        await self._client.close()


class _FormatRefused(LlmFailed):
    """The endpoint answers 400 to a request for a format, and may answer if there is none."""


def _reply(answer: "ChatCompletion") -> Reply:
    choice, counted = answer.choices[0], answer.usage
    cost = Usage(1, counted.prompt_tokens or 0, counted.completion_tokens or 0) if counted else Usage(1)
    refusal = getattr(choice.message, "refusal", None) or ""
    return Reply(choice.message.content or "", choice.finish_reason or "", refusal, cost)


def _parsed(text: str, shape: type[M]) -> tuple[M | None, str]:
    problem = "it holds no JSON object"
    for value in json_objects(text):
        try:
            return shape.model_validate(value), ""
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return None, problem
