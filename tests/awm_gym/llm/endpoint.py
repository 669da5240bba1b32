"""An OpenAI-compatible endpoint on this machine, that does what a test tells it to, faults included."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]
Answer = Callable[[Request], "Response"]


@dataclass(frozen=True)
class Response:
    """What the endpoint sends: a status and JSON, perhaps late, perhaps with headers."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


def says(text: str, *, end: str = "stop", refusal: str | None = None, tokens: tuple[int, int] = (100, 10)) -> Response:
    """Return the completion in which a model says that."""
    message = {"role": "assistant", "content": None if refusal else text, "refusal": refusal}
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    choice = {"index": 0, "message": message, "finish_reason": end}
    about = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "judge"}
    return Response(200, {**about, "choices": [choice], "usage": usage})


def fails(status: int, message: str = "no", headers: Mapping[str, str] | None = None) -> Response:
    """Return an error as OpenAI words them."""
    return Response(status, {"error": {"message": message, "type": "error", "code": None}}, headers or {})


class LocalEndpoint:
    """The endpoint. It gives the answers in turn, the last one again and again.

    Attributes:
        url: what OPENAI_BASE_URL is to be.
        requests: what was asked, oldest first.
        times: when, by a clock that only runs forward.
        keys: the API keys that came along.
    """

    def __init__(self, *answers: Response | Answer) -> None:
        self.requests: list[Request] = []
        self.times: list[float] = []
        self.keys: list[str] = []
        self._answers = list(answers)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def _answer(self, path: str, key: str, request: Request) -> Response:
        with self._lock:
            self.requests.append(request)
            self.times.append(time.monotonic())
            self.keys.append(key)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if path != "/v1/chat/completions":
            return fails(404, f"no {path} here")
        return answer if isinstance(answer, Response) else answer(request)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = self.headers.get("Authorization", "").removeprefix("Bearer ")
                response = endpoint._answer(self.path, key, request)
                time.sleep(response.delay)
                body = response.body if isinstance(response.body, bytes) else json.dumps(response.body).encode()
                self.send_response(response.status)
                for name, value in {"Content-Type": "application/json", **response.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
