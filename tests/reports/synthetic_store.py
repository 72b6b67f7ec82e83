"""Made-up stores for the tests of this folder, written the way the runner writes one."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from ucrbench.results import SCORES, JobRow, ReferenceRow, ResultStore, ScoreRow, hash_json, judged_scores, versions

VARIANTS = ("ae", "vae", "vqvae", "vqvae_vicreg", "vqvae_barlow")
EIGHT = (*VARIANTS, "vqvae_vibcreg", "mymodels.flow:Flow", "mymodels.diffusion:Diffusion")
LENGTH = 96
DATASETS = ["Adiac", "Beef", "CBF", "Chinatown", "Coffee", "DiatomSizeReduction", "ECG200", "FaceFour"]
TYPES = dict(
    zip(DATASETS, ["Image", "Spectro", "Simulated", "Traffic", "Spectro", "Image", "ECG", "Image"], strict=True)
)
TRACEBACK = """Traceback (most recent call last):
  File "/home/somebody/code/ucrbench/bench/runner.py", line 88, in attempt
    model.fit(data.x_train, data.y_train)
  File "/home/somebody/venv/lib/python3.11/site-packages/torch/optim/adamw.py", line 12, in step
    raise RuntimeError("<b>loss & gradient</b> were not finite")
RuntimeError: <b>loss & gradient</b> were not finite
"""


def build(
    path,
    datasets,
    variants=VARIANTS,
    seeds=(0,),
    preset="quick",
    failed=(),
    samples=True,
    names=tuple(SCORES),
    protocol=1,
    lacking=(),
    **changes,
):
    """Write a store with every job of a sweep; those in `failed` (dataset, variant) fail.

    The references in `lacking` (dataset, name) are not written.
    """
    store = ResultStore(path, create=True)
    started = datetime(2024, 5, 1, 12, tzinfo=UTC)
    for number, dataset in enumerate(datasets):
        rng = np.random.default_rng(number)
        waves = np.sin(np.linspace(0, 6, LENGTH) * (1 + np.arange(12) % 3)[:, None]) + rng.normal(0, 0.1, (12, LENGTH))
        labels = np.arange(12) % 3
        if samples:
            store.save_real(dataset, waves.astype("float32"), labels)
        _references(store, dataset, preset, protocol, [name for of, name in lacking if of == dataset])
        for place, variant in enumerate(variants):
            for seed in seeds:
                # Another value is the same job's; what else is changed makes another job.
                different = sorted(item for item in changes.items() if item[0] != "value")
                job = hash_json([dataset, variant, seed, preset, protocol, different])
                row = _job(job, dataset, variant, seed, preset, started + timedelta(seconds=place), protocol=protocol)
                if (dataset, variant) in failed:
                    store.write_failure(_failed(row))
                    continue
                store.write_success(
                    row, _scores(job, dataset, variant, seed, preset, place, rng, names, changes, protocol)
                )
                if samples:
                    noisy = (waves + rng.normal(0, 0.05 + 0.1 * place, waves.shape)).astype("float32")
                    store.save_arrays(job, "samples", unconditional=noisy, conditional=noisy, conditional_labels=labels)
                    frame = pd.DataFrame({"stage": "prior", "step": [0, 1], "name": "loss", "value": [1.0, 0.5]})
                    store.save_curves(job, frame)
    return store


def archive(path, infos, variants=EIGHT, seeds=range(5), arrays=False):
    """Write a store of the size of the real thing: every variant has every score of every data set.

    Args:
        path: Folder of the store.
        infos: What there is to know of each data set: name, n_train, n_test, length, n_classes.
        variants: Names of the variants.
        seeds: Seeds.
        arrays: Whether to keep latents and samples; curves are kept of every job.
    """
    store = ResultStore(path, create=True)
    started = datetime(2024, 5, 1, 12, tzinfo=UTC)
    steps = np.arange(200)
    for number, info in enumerate(infos):
        rng = np.random.default_rng(number)
        size = {"n_train": info.n_train, "n_test": info.n_test, "length": info.length, "n_classes": info.n_classes}
        labels = np.arange(60) % info.n_classes
        if arrays:
            store.save_real(info.name, rng.normal(size=(60, info.length)).astype("float32").cumsum(1), labels)
        _references(store, info.name, "standard")
        for place, variant in enumerate(variants):
            for seed in seeds:
                job = hash_json([info.name, variant, seed])
                row = _job(job, info.name, variant, seed, "standard", started + timedelta(seconds=place), **size)
                scores = _scores(job, info.name, variant, seed, "standard", place, rng, tuple(SCORES), {})
                store.write_success(row, scores)
                store.save_curves(job, _curves(steps, rng))
                if arrays:
                    z = rng.normal(size=(info.n_train + info.n_test, 64)).astype("float32")
                    y = np.arange(len(z)) % info.n_classes
                    n = info.n_train
                    store.save_arrays(job, "latents", train=z[:n], test=z[n:], y_train=y[:n], y_test=y[n:])
                    made = rng.normal(size=(60, info.length)).astype("float32").cumsum(1)
                    store.save_arrays(job, "samples", unconditional=made, conditional=made, conditional_labels=labels)
    return store


def _curves(steps, rng):
    parts = []
    for stage, names in (("autoencoder", ("loss", "time", "spectrogram", "commitment", "ssl")), ("prior", ("loss",))):
        for name in names:
            value = np.exp(-steps / 40) + 0.1 + rng.normal(0, 0.02, len(steps))
            parts.append(pd.DataFrame({"stage": stage, "step": steps, "name": name, "value": value}))
    return pd.concat(parts)


def _scores(job, dataset, variant, seed, preset, place, rng, names, changes, protocol=1):
    quantised = variant.startswith("vqvae")
    for name in names:
        score = SCORES[name]
        if not quantised and (name.endswith("_continuous") or name == "codebook_perplexity"):
            continue
        generated = name in (*judged_scores(), "cas")
        fields = {
            "dataset": dataset,
            "variant": variant,
            "views": "warp" if "_" in variant else "none",
            "preset": preset,
            "seed": seed,
            "score": name,
            "value": float(0.6 + 0.05 * place + rng.normal(0, 0.02)),
            "higher_is_better": score.higher_is_better,
            "n_samples": 256 if generated else None,
            "classifier": "trained:1f2e" if generated else None,
            "reference": "test" if name == "fid" else None,
            "score_version": 1,
            "protocol_version": protocol,
            "data_hash": hash_json(dataset),
            "treatment": "scaled by train",
            "archive": "2018",
            "device": "cpu (2 threads)",
            "job": job,
        }
        yield ScoreRow(**{**fields, **changes})


def _job(job, dataset, variant, seed, preset, started, n_train=50, n_test=150, length=LENGTH, n_classes=3, protocol=1):
    return JobRow(
        job=job,
        attempt=uuid.uuid4().hex,
        dataset=dataset,
        variant=variant,
        preset=preset,
        seed=seed,
        status="ok",
        views="warp" if "_" in variant else "none",
        started_at=started,
        finished_at=started + timedelta(seconds=9),
        seconds_fit=7.5,
        seconds_total=9.0,
        peak_memory_bytes=2**29,
        device="cpu (2 threads)",
        threads=2,
        n_parameters=431_000,
        n_train=n_train,
        n_test=n_test,
        length=length,
        n_classes=n_classes,
        class_labels=json.dumps([str(number + 1) for number in range(n_classes)]),
        data_hash=hash_json(dataset),
        treatment="scaled by train",
        archive="2018",
        protocol_version=protocol,
        commit="0123456789abcdef" * 2,
        **versions(),
    )


def _failed(row):
    fields = {
        **vars(row),
        "status": "failed",
        "error": "RuntimeError: <b>loss & gradient</b> were not finite",
        "traceback": TRACEBACK,
    }
    return JobRow(**fields)


REFERENCES = {
    "inception_score": 2.1,
    "inception_score_floor": 1.0,
    "inception_score_std": 0.1,
    "fid": 0.25,
    "fid_floor": 2.25,
    "kid": 0.0123,
    "kid_floor": 0.5,
    "fid_rocket": 1.5,
    "fid_rocket_floor": 21.5,
    "kid_rocket": -0.00012,
    "kid_rocket_floor": 0.4,
    "fcn_accuracy": 0.94,
    "cas_floor": 0.34,
}


def _references(store, dataset, preset, protocol=1, lacking=()):
    store.write_references(
        ReferenceRow(
            dataset=dataset,
            score=name,
            value=value,
            higher_is_better=None,
            n_samples=150,
            classifier="trained:1f2e",
            data_hash=hash_json(dataset),
            treatment="scaled by train",
            protocol_version=protocol,
            preset=preset,
            reference=hash_json([dataset, preset, protocol]),
        )
        for name, value in REFERENCES.items()
        if name not in lacking
    )
