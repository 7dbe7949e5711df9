import { execFileSync, spawnSync } from 'node:child_process'
import { bootTestKernel } from '@drydock/kernel/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { extraPrograms } from './index.ts'

const kernel = await bootTestKernel(extraPrograms)
afterAll(() => kernel.shutdown())

const has = (tool: string): boolean => spawnSync('which', [tool]).status === 0

const BYTES = Uint8Array.from({ length: 70 }, (_, i) => (i * 7 + 3) % 256)
const ZEROS = new Uint8Array(100)
const TEXT = 'Hello, world\nsecond line\n'
const TABLE = 'name size\nalpha 1\nbeta_longer 22 more\n\nx\n'

/** argv and standard input; the machine's own tool must print the same. */
const CASES: readonly (readonly [argv: readonly string[], input: string | Uint8Array])[] = [
  [['bc'], '1+2*3\n7/2\nscale=5\n7/2\n-7/2\n7%3\n2^100\n'],
  [['bc'], 'scale=3; 10/3; 1.25*1.255; sqrt(2); 2^-2; .5\n-.5\n'],
  [['bc'], 'a=5;a++;a;++a;a--;b=a*2\nb\na+=3\na\n(a=4)\n'],
  [['bc'], 'obase=16;255;obase=2;10;obase=10;ibase=16;FF;A\n'],
  [['bc'], 'for(i=0;i<5;i++){ if(i==3) break; i*i }\nwhile(i>0) i=i-1\ni\n'],
  [['bc'], 'define f(n) {\n  auto r\n  if (n <= 1) return (1)\n  r = n * f(n-1)\n  return (r)\n}\nf(30)\nf(100)\n'],
  [['bc'], 'x[3]=7; x[3]+x[4]\n"text"\nprint "a", 1+1, "\\n"\n1 == 1 && 2 > 3\n!0\nlength(12345); scale(1.234)\n'],
  [['bc'], 'define s(a[],n) { auto i,t; for(i=0;i<n;i++) t+=a[i]; return t }\nq[0]=1;q[1]=5\ns(q[],2)\n'],
  [['bc', '-l'], 'e(1)\nl(2)\ns(1)\nc(1)\na(1)*4\ne(-1)\nl(10)\ns(0)\n'],
  [['bc', '-l'], '1/3\nscale=50\n4*a(1)\ne(10)\n'],
  [['bc'], '/* note */ 1 # more\n2; quit\n3\n'],
  [['strings'], '\u0001\u0002abc\u0000abcd\u0000hello world\n\u0003xy'],
  [['strings', '-n', '3', '-t', 'x'], '\u0001\u0002abc\u0000abcd\u0000'],
  [['xxd'], BYTES],
  [['xxd', '-p'], BYTES],
  [['xxd', '-r', '-p'], '48656c6c6f0a'],
  [['xxd', '-r'], '00000000: 4865 6c6c 6f0a                           Hello.\n'],
  [['xxd', '-l', '20', '-s', '3', '-u', '-c', '8', '-g', '1'], BYTES],
  [['xxd', '-b'], TEXT],
  [['xxd', '-i'], TEXT],
  [['hexdump'], BYTES],
  [['hexdump', '-C'], BYTES],
  [['hexdump', '-C'], ZEROS],
  [['hexdump', '-n', '20', '-C'], BYTES],
  [['hexdump', '-x'], TEXT],
  [['hexdump', '-c'], TEXT],
  [['hexdump', '-b'], TEXT],
  [['hexdump', '-d'], TEXT],
  [['hexdump', '-o'], TEXT],
  [['hexdump', '-v'], ZEROS],
  [['hexdump', '-C'], ''],
  [['column', '-t'], TABLE],
  [['column', '-t', '-s', ':'], 'a:b::c\nlong value:x:y:z\n'],
  [['column', '-t', '-s', ':', '-o', ' | '], 'a:b::c\nlong value:x:y:z\n'],
  [['column', '-c', '40'], 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n'],
  [['column', '-c', '40', '-x'], 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n'],
]

describe('as the machine has it', () => {
  it.each(CASES.filter(([[tool = '']]) => has(tool)).map(([argv, stdin]) => ({ argv, stdin })))(
    '$argv < $stdin',
    async ({ argv, stdin }) => {
      const [tool = '', ...words] = argv
      const ours = await kernel.run(argv, { stdin })
      const theirs = execFileSync(tool, words, { input: stdin, stdio: ['pipe', 'pipe', 'ignore'] })
      expect(ours.stderr + ours.stdout).toBe(theirs.toString())
    },
  )

  it.runIf(has('cal')).each(['2 2024', '9 2023', '-3 1 2026', '2025', '-y 2024'])('cal %s', async (words) => {
    const trimmed = (text: string): string => text.replace(/ +$/gm, '').trimEnd()
    const ours = await kernel.run(['cal', ...words.split(' ')])
    const theirs = execFileSync('cal', words.split(' '), { encoding: 'utf8' })
    expect(trimmed(ours.stdout)).toBe(trimmed(theirs))
  })
})

it('bc tells of mistakes and goes on', async () => {
  const { stdout, stderr } = await kernel.run(['bc'], { stdin: '1/0\n2+\n3\n' })
  expect(stdout).toBe('3\n')
  expect(stderr).toBe('Runtime error (func=(main), adr=3): Divide by zero\n(standard_in) 2: syntax error\n')
})

it.each([
  ['tree t', 't\n|-- a\n|   `-- b\n|       `-- x\n|-- l -> y\n`-- y\n\n3 directories, 3 files\n'],
  ['tree -F -L 1 t', 't/\n|-- a/\n|-- l -> y\n`-- y\n\n2 directories, 2 files\n'],
  ['tree --charset utf-8 t/a', 't/a\n└── b\n    └── x\n\n2 directories, 1 file\n'],
])('%s', async (words, stdout) => {
  const files = { '/root/t/a/b/x': '', '/root/t/y': '' }
  await kernel.run(['tree'], { files })
  if (!kernel.sys.readdir('/root/t').some(({ name }) => name === 'l')) kernel.sys.symlink('y', '/root/t/l')
  expect((await kernel.run(words.split(' '))).stdout).toBe(stdout)
})
