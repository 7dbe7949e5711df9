awk -v n=$((30000 * ${BENCH_SCALE:-1})) 'BEGIN {
  split("alpha beta gamma delta epsilon zeta", w, " ")
  for (i = 0; i < n; i++)
    printf "%d,%s,%s-%d,%d.%02d,The %s row of %s\n", i, w[i % 6 + 1], w[(i * 5) % 6 + 1], i % 101, (i * 37) % 1000, i % 100, w[i % 3 + 1], w[i % 4 + 1]
}' > "$BENCH_DIR/rows.csv"
