#!/usr/bin/env bash
# Accepts the public API as it is now: rewrites PublicAPI.Unshipped.txt of every library, or of those that are named (src/ResNet.Net).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
backup="$(mktemp)"
trap 'rm -f "$backup"' EXIT
[ $# -gt 0 ] || set -- $(dirname src/*/PublicAPI.Unshipped.txt)
for library in "$@"; do
  library="${library%/}"
  shipped="$library/PublicAPI.Shipped.txt" unshipped="$library/PublicAPI.Unshipped.txt"
  [ -f "$shipped" ] || printf '#nullable enable\n' > "$shipped"
  [ -f "$unshipped" ] || printf '#nullable enable\n' > "$unshipped"
  cp "$unshipped" "$backup"
  # Removals of shipped members are written by hand: they stay.
  { printf '#nullable enable\n'; grep -E '^\*REMOVED\*' "$backup" || true; } > "$unshipped"
  if ! { dotnet restore "$library" --verbosity quiet && dotnet format analyzers "$library" --no-restore --diagnostics RS0016 --severity warn; }; then
    cp "$backup" "$unshipped"
    exit 1
  fi
  printf '%s: %s lines\n' "$unshipped" "$(($(wc -l < "$unshipped") - 1))"
done
