#!/usr/bin/env bash
# Fetches ONNX Runtime for browsers from npm into artifacts/ort. samples/Serve and the tests of the page copy it to their output, and the
# page can then run models in the browser. Another application needs the files in the folder wwwroot/ort next to it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=1.30.0
sha512=ab4cbe26baedba45d2cec05610c71c55fa97db92d19a8b171c5f8269126683ca590a5cdc57bb2f35ce2b298de32f4d956fb42644c0ecd528a0a91e025c07ca61
target=artifacts/ort
mkdir -p artifacts
work="$(mktemp -d -p artifacts)"
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "onnxruntime-web@$version" > /dev/null)
archive="$work/onnxruntime-web-$version.tgz"
echo "$sha512  $archive" | sha512sum --check --quiet
rm -rf "$target"
mkdir -p "$target"
for file in ort.wasm.min.mjs ort-wasm-simd-threaded.mjs ort-wasm-simd-threaded.wasm; do
  tar -xzf "$archive" -C "$target" --strip-components 2 "package/dist/$file"
done
gzip --best --keep --no-name "$target"/*
ls -l "$target"
