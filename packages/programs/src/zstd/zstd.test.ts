import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

/** Command lines one after the other, and what zstd 1.5.4 says; sizes are of what it packs without Huffman. */
const ROWS: readonly (readonly [string, string])[] = [
  ['zstd -q numbers', '0'],
  ['zstd -q numbers', 'zstd: numbers.zst already exists; not overwritten  \n1'],
  ['zstd numbers', 'zstd: numbers.zst already exists; overwrite (y/n) ? Not overwritten  \n \n1'],
  ['unzstd -f numbers.zst', 'numbers.zst         : 8893 bytes \n0'],
  ['zstd -t numbers.zst', 'numbers.zst         : 8893 bytes \n0'],
  ['zstdcat hello.zst', 'hello\n0'],
  ['zstd -kf hello', 'hello                :316.67%   (     6 B =>     19 B, hello.zst) \n0'],
  ['zstd -qf --rm hello', '0'],
  ['zstd -d nosuch.zst', "zstd: can't stat nosuch.zst : No such file or directory -- ignored \n1"],
  ['zstd -d words.zst', 'zstd: words.zst: unsupported format \n1'],
  [
    'zstd -d numbers',
    "zstd: numbers: unknown suffix (.zst/.tzst/.gz/.tgz/.lzma/.xz/.txz/.lz4/.tlz4 expected). Can't derive the output file name. Specify it with -o dstFileName. Ignoring. \n1",
  ],
  [
    'zstd -l hello.zst',
    'Frames  Skips  Compressed  Uncompressed  Ratio  Check  Filename\n     1      0      19   B         6   B  0.316  XXH64  hello.zst\n0',
  ],
  ['tar --zstd -cf all.tar.zst numbers words.zst', '0'],
  ['tar -tf all.tar.zst', 'numbers\nwords.zst\n0'],
  ['tar -caf other.tzst numbers', '0'],
  ['file other.tzst', 'other.tzst: Zstandard compressed data (v0.8+), Dictionary ID: None\n0'],
]

test('zstd packs, unpacks, lists and complains', async () => {
  const { sys } = kernel
  sys.chdir('/tmp')
  const { stdout } = await kernel.run(['seq', '1', '2000'])
  await kernel.run(['tee', 'numbers'], { stdin: stdout })
  await kernel.run(['tee', 'hello'], { stdin: 'hello\n' })
  await kernel.run(['tee', 'words.zst'], { stdin: 'words' })
  await kernel.run(['zstd', '-q', '-k', 'hello'])
  for (const [line, answer] of ROWS) {
    const result = await kernel.run(line.split(' '))
    expect([line, `${result.stdout}${result.stderr}${result.status}`]).toEqual([line, answer])
  }
})
