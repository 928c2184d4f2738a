#!/usr/bin/env bash
# Builds the site, all pages and the API reference, into artifacts/site. Needs a Release build.
# Fails on any warning of docfx, such as a broken link or anchor.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
site=artifacts/site source=artifacts/obj/site
rm -rf "$site" "$source"

# docfx reads a copy of the pages and of the files that they link to.
mkdir -p "$source"
cp --parents LICENSE ./*.md docs/*.md samples/README.md samples/*/Program.cs training/README.md tests/Synthetic/README.md eng/icon.png \
  benchmarks/README.md benchmarks/results/*/*.md benchmarks/results/*/*.svg "$source"
cp -r docs/site/. "$source"
mv "$source/README.md" "$source/index.md"
sed -i 's|(\.\./README\.md|(../index.md|g' "$source"/*/README.md "$source"/docs/*.md

# Links to folders and sources that are in the repository but not in the site become text.
(
  cd "$source"
  grep -roE --include='*.md' '\]\([^)#]+' . | sort -u | while IFS= read -r link; do
    page="${link%%:*}" target="${link##*](}"
    if [[ "$target" != *://* && ! -e "${page%/*}/$target" && -e "../../../${page%/*}/$target" ]]; then
      sed -i "s|\[\([^]]*\)\]($target[^)]*)|\1|g" "$page"
    fi
  done
)

cat > "$source/toc.yml" << 'YAML'
- { name: Documentation, href: docs/ }
- { name: API, href: api/, topicUid: ResNet.Net }
- { name: Samples, href: samples/README.md }
- { name: Benchmarks, href: benchmarks/README.md }
- { name: Changelog, href: CHANGELOG.md }
YAML

# The table of contents has the order of docs/README.md, and calls each page by its heading.
printf -- '- { name: All pages, href: README.md }\n' > "$source/docs/toc.yml"
for page in $(grep -oE '\]\([a-z-]+\.md\)' docs/README.md | tr -d ']()' | awk '!seen[$0]++'); do
  printf -- '- { name: "%s", href: %s }\n' "$(sed -n 's/^# //p' "docs/$page" | head -n 1 | tr -d '`')" "$page" >> "$source/docs/toc.yml"
done

dotnet tool restore > /dev/null
dotnet docfx "$source/docfx.json" --warningsAsErrors --logLevel warning

# docfx does not check what its templates and the tables of contents link to.
broken="$(cd "$site" && grep -roE --include='*.html' '(href|src)="[^"]+"' . | awk -F '"' '
  { file = $1; sub(/:(href|src)=$/, "", file); target = $2; sub(/[?#].*/, "", target) }
  target == "" || target ~ /^([a-z]+:|\/\/)/ { next }
  { folder = file; sub(/[^\/]*$/, "", folder); print folder target }' | sort -u |
  while read -r target; do [ -e "$target" ] || echo "$target"; done)"
[ -z "$broken" ] || { printf 'Links of the site lead nowhere:\n%s\n' "$broken"; exit 1; }
echo "$site/index.html: $(find "$site" -name '*.html' | wc -l) pages"
