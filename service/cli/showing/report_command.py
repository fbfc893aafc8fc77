"""``service report``: where the report of a service's job is."""

from __future__ import annotations

from geometry.errors import InputError
from service.cli import options


def report(
    job: options.JobName,
    data: options.DataFolder = None,
) -> None:
    """Print where the report of a job of this machine's service is: a page that grows while the job
    is painted. 'service gallery' shows a folder of jobs, too."""
    from service.runs.record import REPORT
    from service.serving.jobs.archive import default_folder, job_folders

    place = data or default_folder()
    paths = {folder.path.name: folder.path for folder in job_folders(place)}
    if job not in paths:
        raise InputError(
            "unknown-job",
            "job",
            f"There is no job {job} in {place}.",
            "See 'service jobs'; --data names another folder of jobs.",
        )
    page = paths[job] / REPORT
    if not page.is_file():
        raise InputError(
            "no-report", "job", f"Job {job} has no report yet.", "It begins with the first step."
        )
    print(page)
