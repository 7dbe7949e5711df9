# $( ) of builtins, of functions and of programs, nested ones too.
n=$((300 * ${BENCH_SCALE:-1}))
twice() { echo $(($1 * 2)); }
total=0
for ((i = 0; i < n; i++)); do
  a=$(echo "$i")
  b=$(twice "$a")
  c=$(printf '%s' "$(echo "$b")")
  total=$((total + c))
  [ $((i % 10)) -eq 0 ] && total=$((total + $(/usr/bin/expr "$i" + 1)))
done
echo "$total"
