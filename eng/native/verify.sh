#!/usr/bin/env bash
# Shows that the native libraries are restored once by builds that run at once, not again by later ones, and that a missing npm is named.
# Uses a stand-in for npm: needs no network.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp "$root"/eng/native/{package.json,package-lock.json,NpmCi.cs} "$work"
mkdir "$work/bin"
cat > "$work/bin/npm" <<'NPM'
#!/bin/sh
echo "$*" >> calls
sleep 2
mkdir -p node_modules
NPM
chmod +x "$work/bin/npm"
dotnet="$(command -v dotnet)"

restore() { # restore PATH
  PATH="$1" "$dotnet" msbuild "$root/samples/Classify/Classify.csproj" -t:RestoreNativeLibraries "-p:NativeFolder=$work/" -nologo -v:m -nodeReuse:false 2>&1
}

calls() { wc -l < "$work/calls"; }

restore "$work/bin:$PATH" > "$work/first" & first=$!
restore "$work/bin:$PATH" > "$work/second" & second=$!
wait "$first" && wait "$second" || { cat "$work/first" "$work/second"; exit 1; }
[ "$(calls)" -eq 1 ] || { echo "two builds at once called npm $(calls) times"; exit 1; }
grep -q -- '--ignore-scripts' "$work/calls" || { echo "npm ran package scripts"; exit 1; }

restore "$work/bin:$PATH" > /dev/null
[ "$(calls)" -eq 1 ] || { echo "a later build called npm again"; exit 1; }

touch "$work/package-lock.json"
restore "$work/bin:$PATH" > /dev/null
[ "$(calls)" -eq 2 ] || { echo "a changed lock file did not call npm"; exit 1; }

rm -r "$work/node_modules"
mkdir "$work/without" && ln -s "$(command -v sh)" "$work/without/sh"
if message="$(restore "$work/without")"; then echo "a missing npm did not fail the build"; exit 1; fi
grep -q 'npm was not found on PATH.*Install Node.js' <<< "$message" || { echo "the error does not name npm and the remedy: $message"; exit 1; }

printf '#!/bin/sh\necho "registry says no" >&2\nexit 7\n' > "$work/bin/npm"
if message="$(restore "$work/bin:$PATH")"; then echo "a failing npm did not fail the build"; exit 1; fi
grep -q 'exit code 7' <<< "$message" && grep -q 'registry says no' <<< "$message" || { echo "the error does not tell what npm said: $message"; exit 1; }
echo "native libraries: restored once, errors named"
