#!/usr/bin/env bash
# Starts the built program with SQLite under ./data: `run.sh PATH_TO_GONGDAN`.
# At a terminal it asks whether to install the demo; elsewhere it installs it unless DEMO=no.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$1
case $program in /*) ;; *) program=$PWD/$program ;; esac

arguments=(serve --data ./data)
if [ -n "${PORT:-}" ]; then
  arguments+=(--listen "127.0.0.1:$PORT")
fi

if [ -t 0 ]; then
  # Job control gives the terminal to the server alone: Ctrl-C lets it drain and exit by itself, and make
  # sees its exit code instead of the signal.
  set -m
  "$program" "${arguments[@]}"
else
  if [ "${DEMO:-yes}" != no ]; then
    arguments+=(--demo)
  fi
  exec "$program" "${arguments[@]}"
fi
