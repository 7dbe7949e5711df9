seq 1 $((400000 * ${BENCH_SCALE:-1})) > "$BENCH_DIR/numbers"
