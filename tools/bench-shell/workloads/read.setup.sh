seq 1 $((20000 * ${BENCH_SCALE:-1})) | awk '{ print $1 ":user" $1 % 50 ":/home/user" $1 ":some text" }' > "$BENCH_DIR/passwd"
