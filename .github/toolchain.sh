#!/usr/bin/env bash
# Installs the Rust that Cargo.toml names and has everything built with it: another one would be a change of every function.
set -euo pipefail

version="$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)"
case "$version" in
  *.*.*) ;;
  *.*) version="$version.0" ;;
  *)
    echo "Cargo.toml has no rust-version in a line of its own" >&2
    exit 1
    ;;
esac
rustup toolchain install "$version" --profile minimal --component clippy --component rustfmt --no-self-update
rustup default "$version"
