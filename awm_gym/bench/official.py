"""The reference for one process per environment, run as a program: an app behind FastMCP and uvicorn.

As the official server does it: the app is executed in a process of its own, FastMCP makes tools of its OpenAPI
document, uvicorn serves them over streamable HTTP. Nothing here imports awm_gym.

    python official.py SOURCE DATABASE SOCKET

SOURCE is the app's file, DATABASE its SQLite file, SOCKET the descriptor of a socket that listens.
"""

import os
import socket
import sys
import types

import uvicorn
from fastmcp import FastMCP


def main(source: str, database: str, descriptor: str) -> None:
    """Serve until the process is killed."""
    os.environ["DATABASE_PATH"] = f"sqlite:///{database}"
    module = types.ModuleType("official_app")
    sys.modules[module.__name__] = module
    with open(source, encoding="utf-8") as file:
        exec(compile(file.read(), source, "exec"), module.__dict__)
    tools = FastMCP.from_fastapi(module.__dict__["app"])
    server = uvicorn.Server(uvicorn.Config(tools.http_app(), log_level="error"))
    server.run(sockets=[socket.socket(fileno=int(descriptor))])


if __name__ == "__main__":
    main(*sys.argv[1:])
