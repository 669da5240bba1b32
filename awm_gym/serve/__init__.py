"""The door to the network: one entry behind an MCP server, a private world for every client session.

    server.py         all of it behind a socket
    sdk.py            the MCP SDK's server, its major versions 1 and 2
    gate.py           which requests come in, and when a client session begins and ends
    clients.py        client sessions and their worlds
    record.py         the folder that keeps the databases of a run
    entry_files.py    entries from AWM's JSONL files, wherever they lie
    database_file.py  an SQLite file as initial database
    probing.py        every tool of an entry, called once

Serving needs the extra `serve` (fastmcp and uvicorn); importing this package does not.
"""

from awm_gym.serve.database_file import read_image, with_schema
from awm_gym.serve.entry_files import Rows, entry_from_files, no_such_scenario, tasks_beside
from awm_gym.serve.probing import Probe, ProbedCall, probe
from awm_gym.serve.record import write_file
from awm_gym.serve.server import listen, require_extra, serve

__all__ = [
    "Probe",
    "ProbedCall",
    "Rows",
    "entry_from_files",
    "listen",
    "no_such_scenario",
    "probe",
    "read_image",
    "require_extra",
    "serve",
    "tasks_beside",
    "with_schema",
    "write_file",
]
