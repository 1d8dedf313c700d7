# make demo   set up and analyse the bundled clips
# make test   set up and run the tests
# make lint   ruff and mypy
# make bench  analyse against a bare loop of decoding and estimation; half an hour, on a machine that does nothing else
# make bench-overhead  cost of everything but decoding, estimation and encoding; of a step, an hour and its memory
# make bench-batch  many short clips against the bare loop, and one long clip among short ones; an hour
# make bench-detection  forcing found, missed and false on people kept for that, at 10 to 60 frames a second; an hour or more
# make bench-baseline  what a calibration is worth; five minutes
# make bench-company  verdicts on the wrong body, where somebody else is in the picture; ten minutes
# make bench-gestures  signs of the arms that act, and whether anything else does; an hour, less after bench-detection
# make bench-breath  breaths told, missed and claimed of nobody, on people kept for that; half an hour
# make bench-history  a thousand made-up sessions: written, read, and shown by Chromium; a minute
# make bench-front  standing core work seen from the front, on people kept for that; ten minutes
# make bench-practice  the exercises beside lunge and bridge; an hour and a half on two cores
# make bench-recognition  which exercise anybody is taken to do; an hour, less after a first time
# make bench-accuracy  errors of every measure against known truth, on people kept for that; an hour or more
# make training  learn poses/correction.npz anew on rendered people; an hour or more
# make samples  render the bundled clips anew (the phantom; same seed, same angles)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.PHONY: demo test lint bench bench-batch bench-overhead bench-accuracy bench-baseline bench-breath bench-company bench-detection bench-front bench-gestures bench-history bench-practice bench-recognition training samples clean

demo: $(INSTALLED)
	$(BIN)/psoas-coach demo

# Tests keep all cores busy, and OpenBLAS can wait for threads of its own for ever then.
test: export OPENBLAS_NUM_THREADS = 1
test: $(INSTALLED_DEV)
	$(BIN)/python -m pytest -m "not alone" --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)
	$(BIN)/python -m pytest -m alone $(PYTEST_ARGS) || [ $$? = 5 ] # 5: none of those that were named is one

lint: $(INSTALLED_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.clip_speed --write docs/performance.md $(BENCH_ARGS)

bench-batch: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.batch_speed --write docs/performance.md $(BENCH_ARGS)

bench-overhead: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.overhead $(BENCH_ARGS)

bench-accuracy: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.accuracy --write docs/accuracy.md $(BENCH_ARGS)

bench-detection: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.detection --write docs/accuracy.md $(BENCH_ARGS)

bench-baseline: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.baseline --write docs/calibration.md $(BENCH_ARGS)

bench-breath: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.breath --write docs/accuracy.md $(BENCH_ARGS)

bench-company: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.company --write docs/accuracy.md $(BENCH_ARGS)

bench-practice: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.practice --write docs/accuracy.md $(BENCH_ARGS)

bench-front: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.front $(BENCH_ARGS)

bench-recognition: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.recognising --write docs/accuracy.md $(BENCH_ARGS)

bench-gestures: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.gestures --write docs/live.md $(BENCH_ARGS)

bench-history: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.history $(BENCH_ARGS)

training: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks.training $(TRAINING_ARGS)

samples: $(INSTALLED)
	$(BIN)/psoas-coach phantom render low-lunge --out samples
	$(BIN)/psoas-coach phantom render bridge --out samples

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 10) <= v <= (3, 13) else "psoas-coach needs Python 3.10 to 3.13, and this is %d.%d: run make PYTHON=python3.12 (or another)" % v)'
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Setting up psoas-coach in $(VENV) (some 520 MB; a minute or two)"
	@$(PIP) install --constraint constraints.txt --upgrade pip
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	@$(PIP) install --constraint constraints.txt --group dev
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis psoas-coach-demo
