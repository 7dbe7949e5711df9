import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { programs } from './index.ts'

/** argv, standard input, expected output, expected status; the answers are those of the GNU programs of Debian 12. */
type Row = readonly [argv: string, stdin: string, stdout: string, status?: number]

const ROWS: readonly Row[] = [
  ['cat -n', 'a\nb', '     1\ta\n     2\tb'],
  ['cat -A', 'a\tb\u0001\n', 'a^Ib^A$\n'],
  ['head -n -1', '1\n2\n3\n', '1\n2\n'],
  ['head -2', '1\n2\n3\n', '1\n2\n'],
  ['tail -n +2', '1\n2\n3\n', '2\n3\n'],
  ['tail -c 3', 'abcdef', 'def'],
  ['wc', 'one two\nthree\n', '      2       3      14\n'],
  ['sort -t, -k2n', 'a,10\nb,9\n', 'b,9\na,10\n'],
  ['sort -rh', '1K\n2M\n3\n', '2M\n1K\n3\n'],
  ['sort', 'b\na\nab\n\nB', '\nB\na\nab\nb\n'],
  ['sort -t, -k1,3 -s', 'b,\na,x,y,z\na,x,y,a\n', 'a,x,y,z\na,x,y,a\nb,\n'],
  ['sort -k2.2b,2.3 -u', 'x  abc\ny abd\nz acc\n', 'x  abc\ny abd\nz acc\n'],
  ['sort -nk2 -r', 'a 1.5\nb -2\nc 1.5\nd\n', 'c 1.5\na 1.5\nd\nb -2\n'],
  ['sort -df', 'b\n.A\na\n', '.A\na\nb\n'],
  ['uniq -c', 'a\na\nb\n', '      2 a\n      1 b\n'],
  ['cut -d: -f1,3-', 'a:b:c:d\n', 'a:c:d\n'],
  ['tr -s a-z A-Z', 'aab\n', 'AB\n'],
  ['grep -n -C1 b\\+', 'a\nabb\nc\nd\n', '1-a\n2:abb\n3-c\n'],
  ['grep -c x', 'a\n', '0\n', 1],
  ['egrep -o [0-9]+', 'a12b345\n', '12\n345\n'],
  ['grep -w foo', 'foobar\na foo\n', 'a foo\n'],
  ['sed s/\\(a*\\)b/[\\1]/g', 'aab ab\n', '[aa] [a]\n'],
  ['sed $!N;s/\\n/-/;P;D', '1\n2\n3\n4\n', '1-2\n3-4\n'],
  ['sed -n /b/,/d/p', 'a\nb\nc\nd\ne\n', 'b\nc\nd\n'],
  ['sed p', 'a\nb', 'a\na\nb\nb'],
  ['sed :a;s/^.\\{1,3\\}$/-&/;ta', 'a\nabcd\n', '---a\nabcd\n'],
  ['sed -n $!N;s/a\\(.\\)/\\u\\1/;T;P', 'ab\nc\nd\nae\n', 'B\nd\n'],
  ['cut -d, -f1,3- --output-delimiter=--', 'a,b,c,d\nx\n,\n', 'a--c--d\nx\n\n'],
  ['uniq -du', 'a\na\nb\n', ''],
  ['seq -s, 8 2 13', '', '8,10,12\n'],
  ['seq 2 -2 -3', '', '2\n0\n-2\n'],
  ['sed -E s/x*/-/g', 'abxc\n', '-a-b-c-\n'],
  ['xargs -n2 echo hi', 'a b c', 'hi a b\nhi c\n'],
  ['seq -w 8 10', '', '08\n09\n10\n'],
  ['seq 98 101', '', '98\n99\n100\n101\n'],
  ['uniq', 'a\na\nb', 'a\nb\n'],
  ['grep a', 'x\nba\na', 'ba\na\n'],
  ['grep a*$', '\nb\n', '\nb\n'],
  ['grep -c a', 'a\0\na\n', '2\n'],
  ['sort -b', '  b\n a\nc\n', ' a\n  b\nc\n'],
  ['printf %05.1f|%-4s|%x\\n 3.14159 ab 255', '', '003.1|ab  |ff\n'],
  ['expr 2 + 3 * 4', '', '14\n'],
  ['test a = b', '', '', 1],
  ['date -u -d @0 +%F_%T', '', '1970-01-01_00:00:00\n'],
  ['date -u -d 2024-03-01 +%A', '', 'Friday\n'],
  ['basename /a/b.txt .txt', '', 'b\n'],
  ['sha256sum', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -\n'],
  ['base64', 'hello', 'aGVsbG8=\n'],
  ['paste -s -d,', '1\n2\n3\n', '1,2,3\n'],
]

describe('programs', () => {
  let kernel: TestKernel
  beforeAll(async () => {
    kernel = await bootTestKernel(programs)
  })

  it.each(ROWS.map(([argv, stdin, stdout, status = 0]) => ({ argv, stdin, stdout, status })))(
    '$argv',
    async ({ argv, stdin, stdout, status }) => {
      const result = await kernel.run(argv.split(' '), { stdin })
      expect({ stdout: result.stdout, status: result.status }).toEqual({ stdout, status })
    },
  )

  it('unpacks with tar what it packed', async () => {
    await kernel.run(['mkdir', '-p', 'a/b'])
    await kernel.run(['cp', '/etc/passwd', 'a/b/p'])
    await kernel.run(['tar', 'czf', 'a.tgz', 'a'])
    expect((await kernel.run(['tar', 'tzf', 'a.tgz'])).stdout).toBe('a/\na/b/\na/b/p\n')
    await kernel.run(['rm', '-r', 'a'])
    await kernel.run(['tar', 'xf', 'a.tgz'])
    expect((await kernel.run(['cmp', 'a/b/p', '/etc/passwd'])).status).toBe(0)
  })

  it('shows processes in the columns of procps', async () => {
    const { stdout } = await kernel.run(['ps', '-ef'])
    expect(stdout.split('\n')[0]).toBe('UID          PID    PPID  C STIME TTY          TIME CMD')
  })

  it('colours names on a terminal only', async () => {
    const { output } = await kernel.runOnTerminal(['ls', '--color=auto', '-d', '/etc'])
    expect(output).toBe('\x1b[0m\x1b[01;34m/etc\x1b[0m\r\n')
    expect((await kernel.run(['ls', '--color=auto', '-d', '/etc'])).stdout).toBe('/etc\n')
  })

  it('leaves top by q', async () => {
    const { status } = await kernel.runOnTerminal(['top'], { steps: [{ expect: 'COMMAND', type: 'q' }] })
    expect(status).toBe(0)
  })

  it('has no two rows of one name', () => {
    const names = programs.map((program) => program.name)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })
})
