"""Each command in a process of its own: exit codes, what stands on which stream, what is left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gigawatt.cli import commands
from gigawatt.cli.commands import NAMES
from gigawatt.cli.main import main
from gigawatt.scenario import bundled_bytes

COMMAND = (sys.executable, "-c", "from gigawatt.cli.main import main; main()")
Inside = Callable[..., tuple[int, str, str]]
# Three months instead of three years: the same way through, sooner.
SHORT = ("--set", "start=2026-05-01", "--set", "end=2026-07-31")


def gigawatt(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=120, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_help_and_version() -> None:
    for arguments in ((), ("--help",), ("-h",)):
        done = gigawatt(*arguments)
        assert done.returncode == 0
        assert all(f"\n  {name} " in done.stdout for name in ("run", "check", "new", "schema", "catalog"))
    assert gigawatt("--version").stdout == "gigawatt 0.1.0\n"
    assert "Examples:\n    gigawatt run colossus" in gigawatt("run", "--help").stdout


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['gigawatt', '--help']\n"
        "from gigawatt.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'numba', 'pyarrow', 'pydantic', 'ruamel.yaml', 'rich'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_command_is_found_by_its_file_and_alone_imported() -> None:
    folder = Path(commands.__file__).parent
    assert all(
        (folder / f"{name.replace('-', '_').replace('import', 'import_')}.py").is_file() for name in NAMES
    )
    code = (
        "import sys; sys.argv = ['gigawatt', 'down', '--help']\n"
        "from gigawatt.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted(name for name in sys.modules if name.startswith('gigawatt.cli.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: gigawatt down" in done.stdout
    loaded = set(done.stdout.splitlines()[-1].split())
    assert {f"gigawatt.cli.{name}" for name in NAMES} & loaded == {"gigawatt.cli.down"}
    assert "Did you mean 'drain'?" in gigawatt("drainn").stderr


@pytest.fixture
def inside(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Inside]:
    """Run the command in this process: exit code, standard output, standard error."""
    before = signal.getsignal(signal.SIGTERM)

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gigawatt", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    yield call
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        (("nonsense",), "No such command"),
        (("run",), "Missing argument"),
        (("run", "x", "--nonsense"), "No such option"),
        (("run", "reference-100mw", "--seed", "-1"), "--seed"),
        (("run", "reference-100mw", "--seed", "x"), "--seed"),
        (("run", "colosus"), "GW216"),
        (("run", "nowhere.yaml"), "GW201"),
        (("run", "/dev/zero"), "GW201"),
        (("check", "."), "GW201"),
        (("check", ""), "GW201"),
        (("check", "reference-100mw", "--set", "seed=x"), "GW304"),
        (("check", "reference-100mw", "--set", "deliveries.0.chip=gb20"), "GW402"),
        (("catalog", "chi"), "write 'chip'"),
        (("catalog", "chip", "h10"), "GW101"),
        (("validate", "coolin"), "write 'cooling'"),
        (("validate", "cooling", "--data", "nowhere"), "GW504"),
        (("schema", "--out", "nowhere/x.json"), "nowhere/x.json"),
    ],
)
def test_a_user_s_mistake_is_told_on_standard_error(
    arguments: tuple[str, ...], seen: str, inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = inside(*arguments)
    assert (code, out) == (1, "")
    assert seen in err
    assert files(tmp_path) == []


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    target = tmp_path_factory.mktemp("runs") / "below" / "one"
    done = gigawatt("run", "reference-100mw", "--out", target, "--json", "--seed", "5", *SHORT)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return target, json.loads(done.stdout)


def test_a_run_prints_one_json_object(run_dir: tuple[Path, dict[str, Any]]) -> None:
    target, told = run_dir
    assert list(told)[:3] == ["scenario", "version", "run_dir"]
    assert told["scenario"] == "reference-100mw"
    assert told["run_dir"] == str(target)
    assert told["seed"] == 5
    assert set(told["residuals"]) == {"energy", "water", "carbon", "money"}
    assert max(map(abs, told["residuals"].values())) < 1e-9
    assert [m["month"] for m in told["sites"]["campus"]["months"]] == ["2026-05", "2026-06", "2026-07"]


def test_a_run_folder_is_whole(run_dir: tuple[Path, dict[str, Any]]) -> None:
    target, _ = run_dir
    found = files(target)
    assert {"manifest.json", "report.html", "scenario.yaml", "tables"} <= set(found)
    assert (target / "scenario.yaml").read_bytes() == bundled_bytes("reference-100mw")
    assert files(target.parent) == ["one", *(f"one/{name}" for name in found)]


def test_an_earlier_run_is_replaced_and_told_in_words(
    run_dir: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    target = tmp_path / "one"
    target.mkdir()
    (target / "manifest.json").write_bytes((run_dir[0] / "manifest.json").read_bytes())
    (target / "old.txt").write_text("from an earlier run")
    done = gigawatt("run", "reference-100mw", "--out", target, *SHORT)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "GPUs can run" in done.stdout
    assert f"report: {target / 'report.html'}" in done.stdout
    assert "old.txt" not in files(target)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("what", ["file", "folder", "link"])
def test_what_is_not_a_run_is_never_replaced(what: str, inside: Inside, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    if what == "file":
        target.write_text("mine")
    elif what == "folder":
        target.mkdir()
        (target / "letter.txt").write_text("mine")
    else:
        (tmp_path / "real").mkdir()
        target.symlink_to(tmp_path / "real")
    before = files(tmp_path)
    code, _, err = inside("run", "reference-100mw", "--out", target, *SHORT)
    assert code == 1
    assert "GW501" in err
    assert files(tmp_path) == before


def test_bad_input_leaves_nothing(tmp_path: Path) -> None:
    bad = bundled_bytes("reference-100mw").replace(b"greensboro}", b"greenboro}")
    (tmp_path / "bad.yaml").write_bytes(bad)
    done = gigawatt("run", "bad.yaml", "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "bad.yaml:29:22  GW404" in done.stderr
    assert files(tmp_path) == ["bad.yaml"]


INTERRUPTED = """
import sys, time
import gigawatt.{module} as room
def wait(*arguments, **options):
    print("ready", flush=True)
    time.sleep(60)
room.{name} = wait
from gigawatt.cli.main import main
sys.argv = ["gigawatt", "run", "reference-100mw", "--json", "--set", "end=2026-02-28"]
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("module", "name"), [("study", "run_scenario"), ("report", "write_report")])
def test_interrupted(number: signal.Signals, module: str, name: str, tmp_path: Path) -> None:
    code = INTERRUPTED.format(module=module, name=name)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == ""
    assert err == "gigawatt: interrupted; nothing was written\n"
    assert files(tmp_path) == []


def test_check(inside: Inside) -> None:
    code, out, err = inside("check", "reference-100mw")
    assert (code, err) == (0, "")
    assert out.startswith("reference-100mw.yaml: nothing wrong. It has 1 site,")
    code, out, err = inside("check", "reference-100mw", "--json", "--set", "seed=-1", "--set", "colour=red")
    assert code == 1
    told = json.loads(out)
    assert told["ok"] is False
    assert [p["code"] for p in told["problems"]] == ["GW305", "GW301"]
    assert err.count("fix:") == 2


def test_new(inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert inside("new", "mine")[0] == 0
    assert files(tmp_path / "mine") == ["README.md", "campus.schema.json", "campus.yaml"]
    assert inside("check", "mine/campus.yaml")[0] == 0
    code, out, err = inside("new", "mine")
    assert (code, out) == (1, "")
    assert "GW502" in err


def test_catalog(inside: Inside) -> None:
    kinds = json.loads(inside("catalog", "--json")[1])["kinds"]
    assert kinds["chip"] >= 5
    for kind in kinds:
        rows = json.loads(inside("catalog", kind, "--json")[1])["rows"]
        values = [value for row in rows for value in row["values"].values()]
        assert all(value["source"] and value["confidence"] for value in values)
    h100 = json.loads(inside("catalog", "chip", "h100", "--json")[1])
    assert h100["values"]["bf16_tflops"]["value"] == 989.4
    words = inside("catalog", "chip", "h100")[1]
    assert "bf16_tflops" in words
    assert "data sheet" in words


def test_schema(inside: Inside, tmp_path: Path) -> None:
    printed = json.loads(inside("schema")[1])
    assert printed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert inside("schema", "--out", tmp_path / "x.json") == (0, "", "")
    assert json.loads((tmp_path / "x.json").read_text()) == printed


def test_doctor(inside: Inside) -> None:
    code, out, _ = inside("doctor", "--json")
    found = {finding["what"]: finding["state"] for finding in json.loads(out)["findings"]}
    assert found["numpy"] == "ok"
    assert {"Python", "compilation cache", "disk", "Chromium"} <= found.keys()
    assert code == (3 if "missing" in found.values() else 0)


def test_validate_campus_keeps_the_contract(inside: Inside) -> None:
    told = json.loads(inside("validate", "campus", "--json")[1])
    keys = {"site", "date", "quantity", "published", "modelled", "error_frac", "source"}
    assert all(keys <= row.keys() for row in told["rows"])
    assert 0 <= told["mape"] < 1


def test_a_reader_that_leaves_is_no_error() -> None:
    code = f"{sys.executable} -c 'from gigawatt.cli.main import main; main()' schema | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "{\n"
    assert done.stderr == ""
