"""The code verifier: a function that compares the database before and after, and says complete or not."""

from awm_gym.reward.verifiers import register_verifier
from awm_gym.runtime.runtime import Runtime
from awm_gym.runtime.types import Evidence, Verdict
from awm_gym.runtime.verification import VerifierCall, VerifierFailed


async def verify_code(runtime: Runtime, evidence: Evidence) -> Verdict:
    """Return the verdict of the task's code verifier.

    It says `{"result": "complete"}` or `{"result": "others"}`. The latter is the outcome `agent_error`: the task is
    not done, and code cannot tell a part of it from nothing, which is what `incomplete` would pay for.

    Raises:
        VerifierNotFound: if the task has no code verifier.
    """
    code = evidence.task.verifier("code").code
    call = VerifierCall(code, evidence.initial, evidence.final, (evidence.answer,), evidence.now)
    try:
        value = await runtime.evaluate(call)
    except VerifierFailed as error:
        return Verdict("judge_error", str(error))
    result = value.get("result") if isinstance(value, dict) else None
    if result == "complete":
        return Verdict("complete", "the code verifier says that the task is done", value)
    if result == "others":
        return Verdict("agent_error", "the code verifier says that the task is not done", value)
    expected = 'expected {"result": "complete"} or {"result": "others"} from the verifier'
    return Verdict("judge_error", f"{expected}, got {str(value)[:200]}", value)


register_verifier("code", verify_code, lambda task: task.verifier("code"))
