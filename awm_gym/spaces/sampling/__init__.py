"""Random values for JSON schemas.

`compile_schema` turns a schema into a closure that draws values, once; drawing is then a walk over small
closures with one uniform number at each turn, so a tool call costs some tens of microseconds. Most of JSON
Schema is drawn right by construction. For what is not (`not`, `if`, overlapping `oneOf`, ...) the result says
`exact=False`, and the caller checks each draw and tries again.

The draws are biased to what finds rows in a small database: examples from the schema, small integers, few
optional arguments.
"""

from awm_gym.spaces.sampling.base import Dice, Sampler, Unsatisfiable
from awm_gym.spaces.sampling.compiler import Compiled, compile_schema

__all__ = ["Compiled", "Dice", "Sampler", "Unsatisfiable", "compile_schema"]
