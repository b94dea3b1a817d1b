# Short names for what is done often. `just` alone lists them.
set shell := ["bash", "-c"]

default:
    @just --list

# run the site with the demonstration
run:
    script/server

# everything that must be green
test:
    script/test

# lint, types, layers; changes nothing
check:
    .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/lint-imports --no-cache && .venv/bin/mypy src

# what can be mended by a machine
fix:
    .venv/bin/ruff check --fix . && .venv/bin/ruff format .

# compile the pinned requirements again
pins:
    for f in runtime dev; do uv pip compile --universal --python-version 3.12 --generate-hashes --no-header requirements/$f.in -o requirements/$f.txt; done

# the long form of the proofs, with another seed each night; takes hours
nightly:
    script/nightly
