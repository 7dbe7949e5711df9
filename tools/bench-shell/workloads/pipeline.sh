# Text through many small tools.
n=$((60000 * ${BENCH_SCALE:-1}))
seq 1 "$n" | sed 's/$/ x/' | awk '{ print $1 % 97, $2 }' | tr x y | cut -d ' ' -f 1 | sort -n | uniq -c | sort -rn | head -n 3 | tr -s ' '
seq "$n" -1 1 | sort | head -n 1
seq 1 "$n" | grep -v 5 | grep -c '[13]$'
