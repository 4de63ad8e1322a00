# `make run` starts gongdan, `make test` checks everything. The rest are parts of the two.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

TARGET := $(or $(CARGO_TARGET_DIR),target)
WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/e2e -prune -o -type f -print 2>/dev/null)

.PHONY: help run link test build web tidy format

help:
	@echo "make run    build what changed and start on http://127.0.0.1:8080 (PORT=… for another port)"
	@echo "make link   a one-time sign-in link: LOGIN=wen.jing for somebody, the administrator otherwise"
	@echo "make test   every check: format, clippy, tidy, web, Rust on both databases, kill test, browser"
	@echo "make build  the release program, with the web app inside: $(TARGET)/release/gongdan"
	@echo "make tidy   the laws of the house (under a second)"
	@echo "make format write the one format"

run: build
	@scripts/run.sh $(TARGET)/release/gongdan

link:
	@$(TARGET)/release/gongdan admin link $(or $(LOGIN),admin)

test:
	@scripts/test.sh

build: web
	@cargo build --release --package server

web: web/dist/index.html

web/node_modules/.package-lock.json: web/package-lock.json
	@scripts/require.sh run
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run build
	@touch $@

tidy:
	@cargo xtask tidy

format:
	cargo fmt --all
	cd web && npm run format
