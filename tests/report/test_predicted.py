"""A plan stands beside what was measured of the same work: what it promised, what was found, how far it was off."""

import json
from dataclasses import replace

import pytest
import report_samples as samples
from calibrations import calibrate

from lightwork import report
from lightwork.analysis.basis import Basis
from lightwork.analysis.judged_study import judge
from lightwork.cli import main
from lightwork.core.estimate import Estimate
from lightwork.core.reasons import RestsOn, SerialAnswer
from lightwork.core.verdict import Verdict, VerdictKind
from lightwork.errors import UsageError
from lightwork.planning.conclude.result import PlanResult, PredictedSetting
from lightwork.planning.forms.contract import contract_of
from lightwork.planning.saved import SavedPlan, decode, load
from lightwork.report.predicted import beside
from lightwork.text.quantities import times

LABEL, ITEMS = "csv_to_db[files=48]", 48


@pytest.fixture(scope="module")
def tailed():
    """The sample run's first study, judged."""
    return judge(*samples.sample())[0]


def plan_of(settings, target=LABEL, items=ITEMS, speedup=2.0, machine=None):
    """A plan as its JSON says it, which foretells the same speedup for each of these settings."""
    band = Estimate(speedup, 0.9 * speedup, 1.1 * speedup)
    predictions = tuple(PredictedSetting(setting, setting.chunksize, band, band, {}) for setting in settings)
    made = PlanResult(
        target, items, items, Verdict(VerdictKind.STAY_SERIAL), SerialAnswer(1.0, None, None, 0), None, (),
        RestsOn(None, 0, len(predictions)), (), (), ("a", 0.1), (), predictions, (), None, machine or {},
    )  # fmt: skip
    return json.loads(json.dumps(contract_of(made)))


def settings_of(judged):
    """The settings of all cells that can be compared."""
    return [cell.cell.setting for cell in Basis.of(judged.scaling).candidates]


def test_each_setting_of_both_is_compared(tailed):
    """What a plan's own JSON foretells stands beside the cell of the same setting, with how far it was off."""
    plan = decode(plan_of(settings_of(tailed), speedup=3.0))
    found = beside([plan], tailed.scaling, {})
    basis = Basis.of(tailed.scaling)
    cells = sorted(basis.candidates, key=lambda cell: -basis.speedup(cell).point)
    assert len(found.table.rows) == len(cells)
    for (_, predicted, measured, off), cell in zip(found.table.rows, cells, strict=True):
        assert predicted.words.startswith(times(3.0))
        assert measured.words.startswith(times(basis.speedup(cell).point))
        assert off.value == pytest.approx(3.0 / basis.speedup(cell).point - 1)
        assert off.words[0] == ("+" if basis.speedup(cell).point <= 3.0 else "\N{MINUS SIGN}")
    held = sum(2.7 <= basis.speedup(cell).point <= 3.3 for cell in cells)
    assert f"{held} of {len(cells)} are inside the band" in found.finding


def test_another_setting_or_a_warm_pool_is_not_compared(tailed):
    """A prediction for other chunks stands beside nothing, nor does one beside a pool that was kept."""
    own = settings_of(tailed)
    others = [replace(setting, chunksize=777) for setting in own]
    assert beside([decode(plan_of(others))], tailed.scaling, {}) is None
    warm = [
        replace(one, cell=replace(one.cell, setting=replace(one.cell.setting, pool="warm")))
        for one in tailed.scaling.cells
    ]
    assert beside([decode(plan_of(own))], replace(tailed.scaling, cells=tuple(warm)), {}) is None


def _warm(scaled):
    """The same cell with a pool that was made and used before."""
    return replace(scaled, cell=replace(scaled.cell, setting=replace(scaled.cell.setting, pool="warm")))


def test_other_work_is_refused(tmp_path):
    """A plan of another target, or of other items, is refused with what the run holds."""
    results, ledgers = samples.sample()
    for plan in (plan_of([], target="load.py:load"), plan_of([], items=47)):
        with pytest.raises(UsageError, match=r"the run has csv_to_db\[files=48\] \(48 items\)"):
            report.render(results, ledgers, tmp_path, plans=[decode(plan)])
    assert list(tmp_path.iterdir()) == []


def test_another_kind_of_machine_is_told(tailed):
    """The table says so where the plan was made on a machine of another kind."""
    plan = decode(plan_of(settings_of(tailed), machine={"logical_cpus": 64}))
    assert beside([plan], tailed.scaling, {"logical_cpus": 8}).notes[0].endswith("logical CPUs: 64 and 8.")
    assert beside([plan], tailed.scaling, {"logical_cpus": 64}).notes == ()


@pytest.mark.matrix
def test_it_stands_in_the_page(tailed, tmp_path):
    """The study's section has the table; the others have none."""
    results, ledgers = samples.sample()
    text = report.render(results, ledgers, tmp_path, plans=[decode(plan_of(settings_of(tailed)))]).read_text()
    assert text.count("<h3>Predicted and measured</h3>") == 1


@pytest.mark.parametrize("broken", ["[]", "{}", '{"schema": 2}', '{"schema": 1, "target": 3}', "nonsense"])
def test_what_is_no_plan_is_refused(broken, tmp_path):
    """A file that no plan wrote is named, with what to give instead."""
    path = tmp_path / "plan.json"
    path.write_text(broken)
    with pytest.raises(UsageError, match="lightwork plan --json"):
        load(path)


def test_a_real_plan_is_read(tmp_path, monkeypatch):
    """What the command writes is what the report reads."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIGHTWORK_DATA", str(tmp_path / "data"))
    calibrate(tmp_path / "data")
    command = ["plan", "sleep_io", "--param", "items=80", "--param", "mean_ms=5", "--once", "--json=plan.json"]
    assert main(command) == 0
    found = load(tmp_path / "plan.json")
    assert isinstance(found, SavedPlan)
    assert found.items == 80
    assert any(one.speedup and one.strategy == "process_executor" for one in found.predictions)
