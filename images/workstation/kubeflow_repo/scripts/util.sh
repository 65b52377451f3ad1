#!/usr/bin/env bash
# What deploy.sh uses of its repository.

# Ends the script unless the program $1 can be called.
check_install() {
  if ! command -v "$1" > /dev/null; then
    echo "You don't have $1 installed, or it is not on PATH." >&2
    exit 1
  fi
}
