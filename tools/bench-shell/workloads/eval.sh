# eval, sourced files and traps of text that is met again and again.
n=$((8000 * ${BENCH_SCALE:-1}))
echo 'counter=$((counter + 1))' > "$BENCH_DIR/part.sh"
counter=0
for ((i = 0; i < n; i++)); do
  eval "v_$((i % 100))=\$i"
  . "$BENCH_DIR/part.sh"
done
echo "$counter $v_99"
