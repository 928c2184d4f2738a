#!/usr/bin/env bash
# Builds the packages of a release into artifacts/release: from two fresh clones of the commit, which must give the same bytes, with the
# packages of the lock files, a bill of materials per package, and SHA256SUMS. It publishes nothing.
# Usage: eng/release.sh [--rehearse]   --rehearse accepts a commit without the tag of its version
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
fail() { echo "release: $1" >&2; exit 1; }

[ "${1:-}" = '' ] || [ "$1" = --rehearse ] || fail "unknown argument '$1'; the only one is --rehearse"
changes="$(git status --porcelain)"
[ -z "$changes" ] || fail "the working tree has changes; commit or remove them:
$changes"
commit="$(git rev-parse HEAD)"
version="$(dotnet msbuild src/ResNet.Net -getProperty:PackageVersion)"
if [ "${1:-}" != --rehearse ]; then
  git tag --points-at HEAD | grep -qx "v$version" || fail "commit $commit has no tag v$version; tag it, or use --rehearse"
  grep -qF "## [$version]" CHANGELOG.md || fail "CHANGELOG.md has no section [$version]"
fi

target="$PWD/artifacts/release"
rm -rf "$target"
mkdir -p "$target" artifacts
work="$(mktemp -d -p "$PWD/artifacts")"
trap 'rm -rf "$work"' EXIT
SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"
# CI: an advisory about a package is an error, and paths of this machine stay out of the build.
export SOURCE_DATE_EPOCH CI=true
for copy in first second; do
  git clone --quiet --no-hardlinks . "$work/$copy"
  if remote="$(git remote get-url origin 2> /dev/null)"; then git -C "$work/$copy" remote set-url origin "$remote"; else git -C "$work/$copy" remote remove origin; fi
  git -C "$work/$copy" checkout --quiet "$commit"
  for project in "$work/$copy"/src/*/*.csproj; do
    dotnet restore "$project" --locked-mode --verbosity quiet
    dotnet pack "$project" --configuration Release --no-restore --verbosity quiet --output "$work/$copy-packages" -nodeReuse:false
  done
  [ -z "$(git -C "$work/$copy" status --porcelain)" ] || fail "the build changes files of the checkout: $(git -C "$work/$copy" status --porcelain)"
done
for file in "$work"/first-packages/*; do
  cmp "$file" "$work/second-packages/$(basename "$file")" || fail "$(basename "$file") differs between two builds of $commit"
done
cp "$work"/first-packages/* "$target"
"$work/first/eng/sbom.sh" "$target"
(cd "$target" && sha256sum -- *.nupkg *.snupkg *.cdx.json > SHA256SUMS)
echo "release: $(find "$target" -name '*.nupkg' | wc -l) packages of $version ($commit) are in artifacts/release. Two builds gave the same bytes."
echo "To publish: dotnet nuget push 'artifacts/release/*.nupkg' --source nuget.org --api-key KEY"
