#!/usr/bin/env bash
# Accepts the public API as it is now: rewrites PublicAPI.Unshipped.txt of every library, or of those that are named (src/ResNet.Net).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -gt 0 ] || set -- src/*/
for library in "$@"; do
  api="${library%/}/PublicAPI.Unshipped.txt"
  # Removals of shipped members are written by hand: they stay.
  removed="$(grep -sE '^\*REMOVED\*' "$api" || true)"
  printf '#nullable enable\n%s' "${removed:+$removed$'\n'}" > "$api"
  [ -f "${library%/}/PublicAPI.Shipped.txt" ] || printf '#nullable enable\n' > "${library%/}/PublicAPI.Shipped.txt"
  dotnet restore "$library" --verbosity quiet
  dotnet format analyzers "$library" --no-restore --diagnostics RS0016 --severity warn
  printf '%s: %s lines\n' "$api" "$(($(wc -l < "$api") - 1))"
done
