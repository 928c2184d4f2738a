#!/usr/bin/env bash
# Writes a software bill of materials (CycloneDX, JSON) for each package of a folder, next to it. Needs a restored checkout.
# Usage: eng/sbom.sh [FOLDER]   FOLDER is artifacts/packages by default
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder="${1:-artifacts/packages}"
dotnet tool restore > /dev/null
timestamp="$(date -u -d "@${SOURCE_DATE_EPOCH:-1767225600}" +%Y-%m-%dT%H:%M:%SZ)"
for project in src/*/*.csproj; do
  id="$(basename "$project" .csproj)"
  package="$(find "$folder" -name "$id.[0-9]*.nupkg" | head -n 1)"
  [ -n "$package" ] || { echo "sbom: $folder has no package $id; run dotnet pack first" >&2; exit 1; }
  version="$(basename "$package" .nupkg)"
  version="${version#"$id".}"
  bill="$folder/$id.$version.cdx.json"
  dotnet tool run dotnet-CycloneDX "$project" --disable-package-restore --recursive --include-project-references --exclude-dev --set-nuget-purl \
    --no-serial-number --set-name "$id" --set-version "$version" --set-type Library --output-format Json --output "$folder" --filename "$(basename "$bill")" > /dev/null
  # The same packages give the same bytes.
  sed -i "s/\"timestamp\": \"[^\"]*\"/\"timestamp\": \"$timestamp\"/" "$bill"
  printf '%s: %s components\n' "$bill" "$(grep -c '"bom-ref": "pkg:' "$bill")"
done
