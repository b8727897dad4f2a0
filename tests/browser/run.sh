#!/usr/bin/env bash
# Makes reports with the command and uses them as a person would, in a headless Chromium.
#
#   tests/browser/run.sh [RETOLD [SCREENSHOTS]]
#
# RETOLD is the command (default: target/release/retold), SCREENSHOTS a folder for pictures of the
# pages (default: none are made). Installs by apt what is missing: Chromium and its driver, a font
# with Chinese characters, Python 3, npm; by npm, into a folder that is removed again, axe-core.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
retold="$(realpath "${1:-$root/target/release/retold}")"
screenshots="${2:+$(realpath -m "$2")}"

missing=()
command -v python3 >/dev/null || missing+=(python3)
command -v chromium >/dev/null || missing+=(chromium)
command -v chromedriver >/dev/null || missing+=(chromium-driver)
command -v npm >/dev/null || missing+=(npm)
ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 || missing+=(fonts-noto-cjk)
if [ "${#missing[@]}" -gt 0 ]; then
    printf 'installing %s\n' "${missing[*]}"
    sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
    $sudo apt-get update -qq
    $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

npm install --silent --no-audit --no-fund --prefix "$work" axe-core@4
axe="$work/node_modules/axe-core/axe.min.js"

# Records with headlines, sources and dates, on one side and on two.
python3 "$here/newsroom.py" "$work/news"
"$retold" scan "$work/news" --no-config --quiet --format html --output "$work/news.html"
"$retold" scan "$work/news/ours.jsonl" --against "$work/news/theirs.jsonl" --no-config --quiet \
    --format html --output "$work/sides.html"
# The articles alone, without their README.
(cd "$root" && "$retold" scan 'seeds/*.txt' --no-config --quiet --format html --output "$work/seeds.html")
(cd "$root" && "$retold" compare seeds/000* seeds/001* --no-config --format html --output "$work/compare.html")

python3 "$here/hostile.py" "$work/hostile"
field="$(PYTHONPATH="$here" python3 -c 'import hostile; print(hostile.FIELD, end="")')"
# 0: found; 2: found, and files that cannot be read, which are there on purpose.
status=0
"$retold" scan "$work/hostile" --no-config --text-field "$field" --format html \
    --output "$work/hostile.html" 2>"$work/messages" || status=$?
[ "$status" -eq 0 ] || [ "$status" -eq 2 ] || { cat "$work/messages"; exit 1; }

python3 "$here/check_report.py" "$work/news.html" "$work/sides.html" "$work/seeds.html" \
    "$work/compare.html" --axe "$axe" --hostile "$work/hostile.html" ${screenshots:+--screenshots "$screenshots"}
