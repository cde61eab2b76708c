# Sourced by each finding: a temporary folder that is removed at exit, and packages in it.
# A finding's packages are named with their versions; what those packages need comes as it comes.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# python_run PACKAGE==VERSION... <<'PY': runs the program on standard input with these packages.
python_run() {
  echo "$* on $(python3 --version)"
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check "$@"
  "$work/venv/bin/python" -
}

# rust_run NAME = { version = "=X", … } <<'RS': runs the program on standard input with this crate,
# and with tokio.
rust_run() {
  mkdir -p "$work/finding/src"
  cat >"$work/finding/Cargo.toml" <<TOML
[package]
name = "finding"
edition = "2024"

[dependencies]
$1
tokio = { version = "1", features = ["macros", "rt"] }

[profile.dev]
debug = false
TOML
  cat >"$work/finding/src/main.rs"
  cargo --version
  (cd "$work/finding" && CARGO_TARGET_DIR=$work/target cargo run --quiet)
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# node_run PACKAGE@VERSION... <<'JS': runs the module on standard input with these packages, and
# with browser.mjs beside it.
node_run() {
  echo "$* on Node.js $(node --version)"
  (cd "$work" && npm init --yes >npm.log && npm install --silent --no-audit --no-fund "$@")
  cp "$here/browser.mjs" "$work"
  cat >"$work/finding.mjs"
  node "$work/finding.mjs"
}

# The browser that GUICHET_CHROMIUM names, or the one on the path.
export CHROMIUM=${GUICHET_CHROMIUM:-$(command -v chromium || command -v google-chrome || true)}
