"""One episode: a task, tool calls, an answer, and the reward that the task's verifier gives."""

import gymnasium as gym

import awm_gym

env = gym.make("awm/e_commerce_33-v0", task=0)
observation, info = env.reset(seed=0)
print(observation["task"])

gold = env.unwrapped.entry.task(0).gold[0]  # your agent takes its place
for call in gold.calls:
    observation, reward, terminated, truncated, info = env.step({"tool": call.tool, "arguments": call.arguments})
    print(call.tool, "->", observation["content"][:70])

answer = {"tool": awm_gym.FINAL_ANSWER, "arguments": {"answer": gold.answer or ""}}
observation, reward, terminated, truncated, info = env.step(answer)
print("reward", reward, info["outcome"])
