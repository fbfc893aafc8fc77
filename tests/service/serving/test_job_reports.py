"""The report in a job's folder, which grows while a worker paints."""

import zmq
from service_process import eventually, recipe

from service.cli import main
from service.recipe.parsing import parse_recipe
from service.runs.record import RECORD, REPORT, read_record
from service.serving.engines.local_engine import LocalEngine
from service.serving.jobs.job import Inputs
from service.serving.jobs.ledger import Ledger


def test_a_job_has_the_report_of_a_run(tmp_path, capsys):
    ledger = Ledger(tmp_path / "jobs")
    job = ledger.add(Inputs(parse_recipe(recipe()), [], {}))
    folder = ledger.folder(job)
    assert main(["report", job.name, "--data", str(tmp_path / "jobs")]) == 2
    with zmq.Context() as context:
        engine = LocalEngine("fake_painter:fake_painter", context, (), patience=1e6)
        assert eventually(lambda: engine.collect() is not None and engine.room)
        engine.paint(job.name, folder, frugal=False)
        assert eventually(lambda: engine.collect() is not None and not engine.jobs)
        engine.close()
    record = read_record(folder.path / RECORD)
    assert (record.state, record.step, record.picture) == (
        "finished",
        record.planned,
        "texture.png",
    )
    assert record.shots and all((folder.path / shot.file).is_file() for shot in record.shots)
    assert folder.size() == sum(p.stat().st_size for p in folder.path.rglob("*"))
    capsys.readouterr()
    assert not main(["report", job.name, "--data", str(tmp_path / "jobs")])
    assert capsys.readouterr().out.strip() == str(folder.path / REPORT)
    assert not main(["gallery", str(tmp_path / "jobs"), "-o", str(tmp_path / "site")])
    folder.drop_outcome()
    assert not (folder.path / RECORD).exists() and not (folder.path / "pictures").exists()
    ledger.close()
