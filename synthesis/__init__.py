"""Makes registry entries with an LLM, stage by stage. It imports awm_gym; awm_gym never imports it.

It finds the command line through the entry point group `awm_gym.commands`; no stage is part of this version yet.
"""
