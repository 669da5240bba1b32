"""What an environment is: the frozen models of an entry, and the sources that entries come from."""

from awm_gym.registry.anchor import anchor_for
from awm_gym.registry.catalog import (
    Catalog,
    Listing,
    bundled_location,
    data_home,
    discover,
    entry_names,
    get_entry,
    open_source,
)
from awm_gym.registry.entry import (
    Entry,
    Free,
    NearMiss,
    SampleRows,
    Solution,
    Table,
    Task,
    ToolCall,
    Verifier,
    VerifierKind,
)
from awm_gym.registry.export import export_jsonl
from awm_gym.registry.folders import FolderSource
from awm_gym.registry.jsonl import JsonlSource
from awm_gym.registry.names import env_id, normalise
from awm_gym.registry.native import read_entry, write_entry
from awm_gym.registry.sources import Problem, Source, Summary, key_of

__all__ = [
    "Catalog",
    "Entry",
    "FolderSource",
    "Free",
    "JsonlSource",
    "Listing",
    "NearMiss",
    "Problem",
    "SampleRows",
    "Solution",
    "Source",
    "Summary",
    "Table",
    "Task",
    "ToolCall",
    "Verifier",
    "VerifierKind",
    "anchor_for",
    "bundled_location",
    "data_home",
    "discover",
    "entry_names",
    "env_id",
    "export_jsonl",
    "get_entry",
    "key_of",
    "normalise",
    "open_source",
    "read_entry",
    "write_entry",
]
