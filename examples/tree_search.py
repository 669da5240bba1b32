"""Best-of-n search over a tree of tool calls: fork an environment, try calls, keep the branch that looks best.

A branch is worth what a heuristic says of it; here, the share of the gold solution's changes that it has made, which
stands in for a learned value. Going back costs next to nothing: a fork is a copy of a small database.

Usage: python examples/tree_search.py [--name e_commerce_33] [--task 8] [--width 6] [--depth 12]
"""

import argparse
from typing import Any

import gymnasium as gym

import awm_gym
from awm_gym.runtime import Changes

Row = tuple[str, str, str]


def facts(changes: Changes) -> set[Row]:
    """Return what was changed as a set of (table, what, values), without new keys and timestamps."""
    found: set[Row] = set()
    for table, change in changes.items():
        for row in change.added:
            found.add((table, "added", str({k: v for k, v in row.items() if k != "id" and not k.endswith("_at")})))
        for before, after in change.changed:
            changed = {k: v for k, v in after.items() if before.get(k) != v and not k.endswith("_at")}
            found.add((table, "changed", f"{list(before.values())[:2]}: {changed}"))
    return found


def value(env: awm_gym.AwmEnv, target: set[Row]) -> float:
    """Return how much of the target the environment's state has, less what it has beside it."""
    made = facts(env.session.changes())
    return len(made & target) - 2.0 * len(made - target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="e_commerce_33")
    parser.add_argument("--task", type=int, default=8)
    parser.add_argument("--width", type=int, default=6, help="calls tried at each node")
    parser.add_argument("--depth", type=int, default=12, help="calls made at most")
    options = parser.parse_args()

    root: Any = gym.make(f"awm/{options.name}-v0", task=options.task, source="bundled").unwrapped
    root.reset(seed=0)
    gold = root.entry.task(options.task).gold[0]

    guide = root.fork()
    for call in gold.calls:
        guide.step({"tool": call.tool, "arguments": call.arguments})
    target = facts(guide.session.changes())
    guide.close()

    # The calls to choose from: those of the gold solution, in no order, among random ones.
    root.action_space.seed(0)
    candidates = [{"tool": call.tool, "arguments": call.arguments} for call in gold.calls]
    candidates += [root.action_space.sample() for _ in range(options.width)]

    env, forks = root, 0
    for _ in range(options.depth):
        branches = []
        for action in candidates:
            branch = env.fork()
            forks += 1
            if action["tool"] != awm_gym.FINAL_ANSWER:
                branch.step(action)
            branches.append((value(branch, target), -len(branches), branch, action))
        best, _, chosen, action = max(branches, key=lambda item: item[:2])
        for _, _, branch, _ in branches:
            if branch is not chosen:
                branch.close()
        if best <= value(env, target):
            break
        print(f"value {best:+.0f}  {action['tool']}({action['arguments']})")
        env = chosen

    answer = {"tool": awm_gym.FINAL_ANSWER, "arguments": {"answer": gold.answer or ""}}
    _, reward, _, _, info = env.step(answer)
    print(f"{forks} forks, reward {reward}, {info['outcome']}")


if __name__ == "__main__":
    main()
