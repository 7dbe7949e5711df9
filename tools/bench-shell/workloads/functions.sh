# Calls with locals and arguments, recursion, return values by variable and by status.
ackermann() {
  local m=$1 n=$2
  if [ "$m" -eq 0 ]; then
    value=$((n + 1))
  elif [ "$n" -eq 0 ]; then
    ackermann $((m - 1)) 1
  else
    ackermann "$m" $((n - 1))
    ackermann $((m - 1)) "$value"
  fi
}
is_even() { return $(($1 % 2)); }
n=$((6 * ${BENCH_SCALE:-1}))
evens=0
for ((round = 0; round < n; round++)); do
  ackermann 2 20
  for ((i = 0; i < 1000; i++)); do
    if is_even "$i"; then evens=$((evens + 1)); fi
  done
done
echo "$value $evens"
