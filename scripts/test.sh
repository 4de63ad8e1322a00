#!/usr/bin/env bash
# Every check, in order, each with its time. All stages run, so one run shows everything that is wrong.
# `scripts/test.sh NAME…` runs only the named stages.
set -uo pipefail
cd "$(dirname "$0")/.."

only=("$@")
passed=0
failed=()
lines=()

wanted() {
  [ ${#only[@]} -eq 0 ] && return 0
  local name
  for name in "${only[@]}"; do
    [ "$name" = "$1" ] && return 0
  done
  return 1
}

stage() { # name, command…
  local name=$1 start=$SECONDS outcome
  shift
  wanted "$name" || return 0
  printf '\n== %s\n' "$name"
  if "$@"; then
    outcome=ok
    passed=$((passed + 1))
  else
    outcome=FAILED
    failed+=("$name")
  fi
  lines+=("$(printf '%-14s %-7s %4d s' "$name" "$outcome" $((SECONDS - start)))")
}

program() { printf '%s/debug/gongdan' "${CARGO_TARGET_DIR:-target}"; }

web() {
  make --no-print-directory web/node_modules/.package-lock.json && (cd web && npm run check) &&
    make --no-print-directory web
}

rust() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo xtask postgres -- cargo nextest run --workspace --no-fail-fast
  else
    echo "cargo-nextest is not installed; cargo test does the same, slower."
    cargo xtask postgres -- cargo test --workspace --no-fail-fast
  fi
}

chaos() { # engine
  case $1 in
    sqlite) "$(program)" chaos kill --kills 25 --store sqlite ;;
    postgres) cargo xtask postgres -- "$(program)" chaos kill --kills 25 --store postgres ;;
  esac
}

browser() {
  (cd web && GONGDAN_PROGRAM="$(cd .. && realpath "$(program)")" npm run e2e)
}

stage tools scripts/require.sh test
if [ ${#failed[@]} -gt 0 ]; then
  exit 1
fi
stage format cargo fmt --all --check
stage tidy cargo xtask tidy
stage web web
stage clippy cargo clippy --workspace --all-targets --quiet -- -D warnings
stage build cargo build --quiet --package server
stage contract cargo xtask codegen --check
stage rust rust
stage kill-sqlite chaos sqlite
stage kill-postgres chaos postgres
stage browser browser

printf '\n== summary\n'
printf '%s\n' "${lines[@]}"
printf 'stages: %d passed, %d failed (%d s)\n' "$passed" "${#failed[@]}" "$SECONDS"
[ ${#failed[@]} -eq 0 ]
