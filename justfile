# The list is `.ci/run`; this file is its front door.

# Everything that CI checks
check:
    bash .ci/run

# The tests alone; PostgreSQL, Redis and Chromium where they are
test *ARGS:
    cargo test {{ARGS}}

# The article page with 200 comments beside a static file of the same bytes
bench:
    bash tests/bench/run
