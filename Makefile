# One command each: `make demo` on a bare machine, `make test` on a bare machine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEER := .venv-bench
# Debian's Chromium drives the pages' tests; the font is for the Chinese on them.
BROWSER_PACKAGES := chromium fonts-noto-cjk

.PHONY: setup setup-run browser demo test check bench bench-ballots bench-close bench-count bench-ledger bench-matching bench-money-trail bench-pledges bench-visits bench-webhooks lock clean

# --- setting up: each stamp is newer than what it was made from, so a second run does nothing -----

setup: $(VENV)/.tools browser

setup-run: $(VENV)/.installed

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Linli needs Python 3.11 or newer; name one with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || \
		{ echo "Making the virtual environment failed; on Debian: apt-get install python3-venv" >&2; exit 1; }
	touch $@

$(VENV)/.installed: $(VENV)/.made requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/.tools: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	touch $@

browser: $(VENV)/.browser

$(VENV)/.browser: $(VENV)/.made
	@if command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi 'noto.*cjk'; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
			fontconfig $(BROWSER_PACKAGES) >/dev/null; \
	else \
		echo "The tests of the pages need a browser and a Chinese font. As root, run:" >&2; \
		echo "  apt-get install $(BROWSER_PACKAGES)" >&2; \
		exit 1; \
	fi
	touch $@

# --- what people run ------------------------------------------------------------------------------

demo: setup-run
	$(BIN)/linli demo

test: setup
	$(BIN)/pytest -n 2 --dist loadfile

check: $(VENV)/.tools
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m app.checks templates
	$(BIN)/python -m app.checks translations

# One after another: two at once would measure each other.
bench:
	$(MAKE) bench-ledger
	$(MAKE) bench-count
	$(MAKE) bench-matching
	$(MAKE) bench-visits
	$(MAKE) bench-ballots
	$(MAKE) bench-close
	$(MAKE) bench-webhooks
	$(MAKE) bench-pledges
	$(MAKE) bench-money-trail

# Some five minutes: 20,000 voters.
bench-ballots: $(VENV)/.tools
	$(BIN)/python -m bench.ballots $(BALLOTS)

# Less than ten minutes; BENCH=--small takes two.
bench-visits: $(VENV)/.tools
	$(BIN)/python -m bench.visits $(BENCH)

bench-matching: $(VENV)/.tools
	$(BIN)/python -m bench.matching

# Some three minutes; COUNT=--no-add1 takes one. See --help for more.
bench-count: $(VENV)/.tools
	$(BIN)/python -m bench.counting $(COUNT)

# Some two minutes: 100,000 sealed ballots.
bench-close: $(VENV)/.tools
	$(BIN)/python -m bench.closing $(CLOSE)

# A minute: payments that Stripe tells of, for one drive.
bench-webhooks: $(VENV)/.tools
	$(BIN)/python -m bench.webhooks $(WEBHOOKS)

# A minute or two: hours pledged to one popular project.
bench-pledges: $(VENV)/.tools
	$(BIN)/python -m bench.pledges $(PLEDGES)

# One project with 100,000 transfers; TRAIL="--transfers 20000" is quicker.
bench-money-trail: $(VENV)/.tools
	$(BIN)/python -m bench.money_trail $(TRAIL)

# About ten minutes; BENCH=--small takes two. See --help for more.
bench-ledger: $(VENV)/.tools $(PEER)/.installed
	$(BIN)/python -m bench.ledger $(BENCH)

# What Linli is measured against lives apart from what it is made of.
$(PEER)/.installed: $(VENV)/.made bench/requirements.txt
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	touch $@

# Write both lock files anew from pyproject.toml, in a clean environment.
lock:
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check --editable .
	build/lock/bin/python -m pip freeze --exclude-editable > requirements.lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	build/lock/bin/python -m pip freeze --exclude-editable \
		| grep --line-regexp --fixed-strings --invert-match --file requirements.lock \
		> requirements-dev.lock
	rm -rf build/lock

clean:
	rm -rf $(VENV) $(PEER) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
