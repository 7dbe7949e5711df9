import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { shellPrograms } from '@drydock/shell'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel([...programs, ...shellPrograms])
  await kernel.run([
    'bash',
    '-c',
    'ln -s "$(command -v bash)" /bin/sh; mkdir /t && cd /t && touch f && mkdir d && seq 1 12 > n && gzip -k n && xz -k n',
  ])
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

/** Answers are those of coreutils 9.1, grep 3.8, gzip 1.12 and XZ Utils 5.4. */
const ROWS: readonly (readonly [line: string, answer: string])[] = [
  [
    'sort --sort=foo n 2>&1 | head -n 3',
    "sort: invalid argument 'foo' for '--sort'\nValid arguments are:\n  - 'general-numeric'\n",
  ],
  ['sort -k 1,x n', "sort: invalid number after ',': invalid count at start of 'x'\n"],
  ['sort -R --random-source=/dev/zero n | wc -l', '12\n'],
  ['cut -c1 -f1 n 2>&1 | head -n 1', 'cut: only one list may be specified\n'],
  ["printf 'n\\0' > names; wc --files0-from=names", '12 12 27 n\n'],
  ['numfmt --to=si --format=%.1f 12345', '12.4K\n'],
  ['numfmt --to=si 12345', '13K\n'],
  ['ls --format=commas', 'd, f, n, n.gz, n.xz, names\n'],
  ['ls -l --author -Z --time-style=+%Y -d f | cut -d" " -f1-7', '-rw-r--r-- 1 root root root ? 0\n'],
  ['ls -l --block-size=K n | cut -d" " -f5', '1K\n'],
  ['ls -T 4 -d f', 'f\n'],
  ['du --inodes d', '1\td\n'],
  ['du -BM --apparent-size n', '1M\tn\n'],
  ['cp --strip-trailing-slashes f/ g && ls g; rm g', 'g\n'],
  ['md5sum < n | md5sum -c', "md5sum: 'standard input': no properly formatted checksum lines found\n"],
  ['cksum -a sha1 < /dev/null', 'SHA1 (-) = da39a3ee5e6b4b0d3255bfef95601890afd80709\n'],
  ['grep -V', 'grep (GNU grep) 3.8\n'],
  ['xz -l nosuch', 'xz: nosuch: No such file or directory\n'],
  ['bzip2 -t nosuch', "bzip2: Can't open input nosuch: No such file or directory.\n"],
  ['zgrep 12 n.gz', '12\n'],
  ['zgrep -c 1 n.gz n.gz', 'n.gz:4\nn.gz:4\n'],
  ['xzgrep -n -e 2 n.xz; echo $?', '2:2\n12:12\n0\n'],
  ['zgrep nothing n.gz; echo $?', '1\n'],
  ['zcmp n.gz n && zdiff n.gz && echo same', 'same\n'],
  ['script -q -T tm -c "echo yo" ts > /dev/null; scriptreplay -d 100 tm ts', 'yo\r\n\n'],
  ['cat n nosuch > /dev/full; echo $?', '1\ncat: write error: No space left on device\n'],
  ["find . -type f ! -name '*.?z' -o -name '*.gz' -print , -name d -print | sort", './d\n./n.gz\n'],
  ['printf \'a "b c" d\\\\e\\n\\n f\' | xargs -n 1', 'a\nb c\nde\nf\n'],
  ['scriptreplay nosuch', 'scriptreplay: cannot open nosuch: No such file or directory\n'],
]
test.each(ROWS)('%s', async (line, answer) => {
  const { stdout, stderr } = await kernel.run(['bash', '-c', `cd /t; ${line}`])
  expect(stdout + stderr).toBe(answer)
})
