# grep, sed, awk, cut, sort, uniq and wc over a table of some megabytes.
f=$BENCH_DIR/rows.csv
grep -c 'gamma.*row' "$f"
grep -E '(alpha|delta)-[0-9]{2},' "$f" | wc -l | tr -d ' '
grep -iF EPSILON "$f" | tail -n 1
sed -n -e 's/^\([0-9]*\),\([a-z]*\),/\2:\1:/p' "$f" | tail -n 1
sed -e '/beta/!d' -e 's/row/ROW/2' -e 'y/abc/xyz/' "$f" | wc -c | tr -d ' '
awk -F, '{ sum[$2] += $4; if ($4 > top) { top = $4; row = $0 } } END { for (k in sum) print k, sum[k]; print row }' "$f" | sort
cut -d, -f2,4 "$f" | sort -t, -k1,1 -k2,2n | uniq | wc -l | tr -d ' '
tr a-z A-Z < "$f" | tail -n 1
sort -t, -k3 "$f" | sed -n 1p
