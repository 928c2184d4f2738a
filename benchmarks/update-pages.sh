#!/bin/sh
# Copies the tables of results into docs/performance.md: update-pages.sh FOLDER. Each table of NAME.md follows the line
# <!-- results: NAME --> and ends before the next line that is neither a table, a "### " heading nor empty.
set -eu

results=$(realpath "$1")
page=$(dirname "$0")/../docs/performance.md
awk -v results="$results" '
    copied && (/^\|/ || /^### / || /^$/) { next }
    { if (copied) print ""; copied = 0; print }
    /^<!-- results: [a-z-]+ -->$/ {
        file = results "/" $3 ".md"
        while ((getline line < file) > 0) {
            if (line ~ /^## /) { print "\n#" line }
            else if (line ~ /^\|/) { if (!inTable) print ""; print line }
            inTable = line ~ /^\|/
        }
        close(file)
        inTable = 0
        copied = 1
    }
    END { if (copied) print "" }' "$page" > "$page.new"
mv "$page.new" "$page"
