"""The standing of each job of a store: one row per job over all its attempts."""

import pandas as pd


def standing(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return one row per job, from the table of attempts.

    Args:
        jobs: Attempts, as `ResultStore.jobs()` gives them.

    Returns:
        Sorted by job, with the columns job, dataset, variant, views, preset, seed; status: "ok" once an attempt went
        well, else that of the latest attempt; attempts: their number; seconds_load, ..., seconds_total: wall time
        summed over attempts, each second once, null for a phase that none had; finished_at, error: of the attempt
        that gives the status. The latest is the one that finished last.
    """
    ordered = jobs.assign(_ok=jobs["status"] == "ok").sort_values(["_ok", "finished_at", "attempt"])
    by_job = ordered.groupby("job")
    named = ["job", "dataset", "variant", "views", "preset", "seed", "status", "finished_at", "error"]
    last = ordered[named].drop_duplicates("job", keep="last").set_index("job")
    seconds = [name for name in map(str, jobs) if name.startswith("seconds_") and name != "seconds_earlier"]
    last = last.join(by_job[seconds].sum(min_count=1)).join(by_job.size().rename("attempts"))
    for name in ("seconds_fit", "seconds_total"):
        last[name] -= _twice(jobs, name).reindex(last.index)
    return last.sort_index().reset_index()


def _twice(jobs: pd.DataFrame, name: str) -> pd.Series:
    """Return, by job, the seconds that a checkpoint brought into a later attempt although the earlier one has a row.

    An attempt that was killed has none: its seconds are in the later one's alone.
    """
    jobs = jobs.sort_values(["finished_at", "attempt"])
    seconds = jobs[name].fillna(0.0).astype(float)
    before = seconds.groupby(jobs["job"]).cumsum() - seconds
    brought = jobs["seconds_earlier"].fillna(0.0).astype(float)
    return brought.clip(upper=before).groupby(jobs["job"]).sum()


def usual_scores(good: pd.DataFrame, scores: pd.DataFrame) -> dict[str, set[str]]:
    """Return the scores expected of each finished job: those that any job of the same variant and preset has.

    Args:
        good: Successful attempts, with the columns job, variant and preset.
        scores: Scores, with the columns variant, preset and score.
    """
    usual = {key: set(group) for key, group in scores.groupby(["variant", "preset"])["score"]}
    rows = zip(good["job"], good["variant"], good["preset"], strict=True)
    return {str(job): usual.get((variant, preset), set()) for job, variant, preset in rows}
