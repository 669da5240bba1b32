"""The command `awm`: finding commands, spelling options, and what an exit status means."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from awm_gym import __version__
from awm_gym.cli import ArgumentParser, main
from awm_gym.errors import EntryNotFound

PLUGIN = """\
import os, signal, time

def add_commands(subparsers):
    parser = subparsers.add_parser("greet", help="a command from outside")
    parser.add_argument("--whom_to_greet")
    parser.set_defaults(run=greet)
    subparsers.add_parser("hang").set_defaults(run=hang)

def greet(args):
    print("hello", args.whom_to_greet)
    return 0

def hang(args):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(10)
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Installs another distribution, whose module offers commands."""

    def install(code: str) -> None:
        info = tmp_path / "guest-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: guest\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[awm_gym.commands]\nguest = guest_commands:add_commands\n")
        (tmp_path / "guest_commands.py").write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "guest_commands", raising=False)

    return install


class TestFindingCommands:
    def test_help_lists_the_commands(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--help"]) == 0
        told = capsys.readouterr().out
        for command in ("demo", "list", "show", "search", "registry", "env", "survey", "doctor"):
            assert f"    {command} " in told

    def test_without_a_command_it_shows_the_help_as_an_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([]) == 2
        assert "usage: awm" in capsys.readouterr().err

    def test_a_group_of_commands_by_itself_is_an_error_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["registry"]) == 2
        assert "usage: awm registry" in capsys.readouterr().err

    def test_it_tells_its_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--version"]) == 0
        assert capsys.readouterr().out == f"awm {__version__}\n"

    def test_an_unknown_command_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["dmeo"]) == 2
        assert "'dmeo'" in capsys.readouterr().err

    def test_other_packages_add_commands(
        self, install: Callable[[str], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        install(PLUGIN)
        assert main(["greet", "--whom-to-greet", "you"]) == 0
        assert capsys.readouterr().out == "hello you\n"

    def test_a_package_that_cannot_be_loaded_is_named_and_left_out(
        self, install: Callable[[str], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        install("raise ImportError('no module named torch')")
        assert main(["list"]) == 0
        told = capsys.readouterr()
        assert "e_commerce_33" in told.out
        assert told.err == "awm: the commands of guest_commands:add_commands are left out: no module named torch\n"

    def test_servers_and_language_models_are_not_imported_for_the_help(self) -> None:
        code = "import sys; from awm_gym.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert not {"fastmcp", "mcp", "uvicorn", "fastapi", "openai"} & set(ran.stderr.split())


class TestSpelling:
    @pytest.fixture
    def parser(self) -> ArgumentParser:
        parser = ArgumentParser()
        command = parser.add_subparsers().add_parser("gen")
        command.add_argument("--input_path")
        command.add_argument_group("more").add_argument("--dry-run", action="store_true")
        command.add_argument("rest", nargs="*")
        return parser

    @pytest.mark.parametrize("words", [["--input_path", "a_b-c"], ["--input-path", "a_b-c"], ["--input-path=a_b-c"]])
    def test_an_option_with_an_underscore_takes_a_hyphen(self, parser: ArgumentParser, words: list[str]) -> None:
        assert parser.parse_args(["gen", *words]).input_path == "a_b-c"

    @pytest.mark.parametrize("word", ["--dry-run", "--dry_run"])
    def test_an_option_with_a_hyphen_takes_an_underscore(self, parser: ArgumentParser, word: str) -> None:
        assert parser.parse_args(["gen", word]).dry_run

    def test_what_follows_two_hyphens_stays_as_it_is(self, parser: ArgumentParser) -> None:
        assert parser.parse_args(["gen", "--", "--dry_run", "--input-path"]).rest == ["--dry_run", "--input-path"]

    def test_an_unknown_option_is_named_as_it_was_given(
        self, parser: ArgumentParser, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            parser.parse_args(["gen", "--inptu_path", "x"])
        assert "--inptu_path" in capsys.readouterr().err

    def test_an_option_is_not_abbreviated(self, parser: ArgumentParser) -> None:
        with pytest.raises(SystemExit):
            parser.parse_args(["gen", "--dry"])

    def test_the_help_shows_the_spelling_of_the_command_only(self, parser: ArgumentParser) -> None:
        (subcommands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        told = subcommands.choices["gen"].format_help()
        assert "--input_path" in told
        assert "--input-path" not in told


class TestExitStatus:
    def test_an_error_is_one_line(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWM_DEBUG", raising=False)
        assert main(["show", "e_comerce_33"]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith("awm: ")
        assert "e_commerce_33" in told.err
        assert told.err.count("\n") == 1

    def test_with_awm_debug_it_is_raised(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWM_DEBUG", "1")
        with pytest.raises(EntryNotFound):
            main(["show", "e_comerce_33"])

    def test_a_file_that_cannot_be_written_is_one_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "missing" / "table.md"
        assert main(["survey", "--out", str(out)]) == 2
        assert str(out) in capsys.readouterr().err

    def test_ctrl_c_is_130(self, install: Callable[[str], None], capsys: pytest.CaptureFixture[str]) -> None:
        install(PLUGIN)
        assert main(["hang"]) == 130
        assert capsys.readouterr().err == "awm: interrupted\n"

    def test_a_reader_that_has_gone_is_141_without_a_word(self) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        command = [sys.executable, "-m", "awm_gym", "list", "--json"]
        ran = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
        os.close(writer)
        assert (ran.returncode, ran.stderr) == (141, "")
