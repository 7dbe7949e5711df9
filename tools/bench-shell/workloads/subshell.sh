# Subshells and pipelines of builtins.
n=$((300 * ${BENCH_SCALE:-1}))
total=0
for ((i = 0; i < n; i++)); do
  (x=$i; exit $((x % 3)))
  total=$((total + $?))
  echo "$i a b" | { read -r first rest; [ "$rest" = 'a b' ]; } || exit 1
done
echo "$total"
