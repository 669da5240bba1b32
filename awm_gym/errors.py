"""The library's exceptions: one flat tree, a sentence each.

A broken environment is data (an outcome), never one of these. They are for a caller's mistake, or for a
machine on which the library cannot work; each message says what was expected, what came and the way out.
"""


class AwmError(Exception):
    """Base class of every exception that awm_gym raises on purpose."""


class EntryError(AwmError):
    """An entry's files are missing, damaged or contradict each other."""


class EntryNotFound(AwmError):
    """No source holds an entry of that name."""


class SourceError(AwmError):
    """A source of entries (a folder, a data set directory) cannot be read as one."""


class TaskNotFound(AwmError):
    """The entry has no task of that index."""


class VerifierNotFound(AwmError):
    """The task has no verifier of the kind that was asked for."""


class RuntimeClosed(AwmError):
    """A runtime or session was used after it was closed."""


class EnvironmentBroken(AwmError):
    """An entry's app or database cannot be brought up at all, so no episode can start."""


class SandboxUnavailable(AwmError):
    """A sandbox was required in full, and this machine lacks one of its layers."""


class SnapshotMismatch(AwmError):
    """A snapshot belongs to another entry, or to another version of it."""


class EndpointMissing(AwmError):
    """An LLM is needed, and no endpoint or model is configured, or the client library is not installed."""


class LlmFailed(AwmError):
    """An LLM endpoint gave no usable answer, in spite of retries."""
