# Many files: made, globbed, tested, found, removed.
n=$((600 * ${BENCH_SCALE:-1}))
d=$BENCH_DIR/tree
mkdir -p "$d/a" "$d/b"
for ((i = 0; i < n; i++)); do
  echo "$i" > "$d/a/f$i.txt"
  [ -s "$d/a/f$i.txt" ] && : > "$d/b/g$i.log"
done
count=0
for f in "$d"/*/*[05].{txt,log}; do
  [[ -f $f && -r $f ]] && count=$((count + 1))
done
echo "$count"
find "$d" -name '*3.txt' | wc -l | tr -d ' '
find "$d" -type f -size -1 -exec rm {} +
ls "$d/b" | wc -l | tr -d ' '
cat "$d"/a/* | sort -n | tail -n 1
rm -rf "$d"
