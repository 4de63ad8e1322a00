#!/usr/bin/env bash
# Makes sure that what a task needs is installed: `require.sh run` or `require.sh test`.
# As root on Debian or Ubuntu it installs what is missing; otherwise it says which package, and why.
set -euo pipefail

task=${1:-run}
missing=()
reasons=()

has() { command -v "$1" >/dev/null 2>&1; }

need() { # package, reason
  missing+=("$1")
  reasons+=("$1: $2")
}

has_postgres() {
  local found
  for found in /usr/lib/postgresql/*/bin/initdb; do
    [ -x "$found" ] && return 0
  done
  has initdb && has postgres
}

stop() {
  printf '%s\n' "$@" >&2
  exit 1
}

has cargo || stop "cargo is missing. Install Rust from https://rustup.rs and run this again."
has cc || need build-essential "a C compiler builds the bundled SQLite and links the program"
has node || need nodejs "Node.js builds the web app"
has npm || need npm "npm fetches what the web app is built from"
if [ "$task" = test ]; then
  has_postgres || need postgresql "the tests run on PostgreSQL as well as on SQLite"
  { has chromium || has google-chrome; } || need chromium "the end-to-end tests run in a real browser"
  { has runuser || has su; } || need util-linux "PostgreSQL refuses to run as root; the tests start it as another user"
fi

if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && has apt-get; then
    echo "Installing: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    stop "These packages are missing:" "${reasons[@]/#/  }" \
      "Install them (Debian, Ubuntu: sudo apt-get install ${missing[*]}) and run this again."
  fi
fi

version=$(node --version)
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  stop "Node.js $version is too old: the web app needs 20.19 or newer, from https://nodejs.org"
fi

if [ "$task" = test ] && has rustup; then
  cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
  cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
fi
