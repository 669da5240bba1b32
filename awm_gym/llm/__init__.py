"""Language models behind OpenAI-compatible endpoints: the one thin client that judges, agents and synthesis share.

    endpoint.py   which endpoint and model, from arguments and environment variables
    client.py     requests, retries, structured answers, what they cost
    json_text.py  JSON in what a model wrote around it

The client needs the extra `llm` (openai); importing this package does not.
"""

from awm_gym.llm.client import Llm, Message, Reply, Usage
from awm_gym.llm.endpoint import Endpoint, find_endpoint

__all__ = ["Endpoint", "Llm", "Message", "Reply", "Usage", "find_endpoint"]
