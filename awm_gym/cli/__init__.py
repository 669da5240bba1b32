"""The command `awm`. Each module but `main`, `arguments` and `output` adds some of its commands."""

from awm_gym.cli.arguments import ArgumentParser
from awm_gym.cli.main import main

__all__ = ["ArgumentParser", "main"]
