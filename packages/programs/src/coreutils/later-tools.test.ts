import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { sha512Crypt } from '../account/sha512-crypt.ts'
import { programs } from '../index.ts'

/** argv, standard input, expected output, expected status; the answers are those of the GNU programs of Debian 12. */
type Row = readonly [argv: string, stdin: string, stdout: string, status?: number]

const ROWS: readonly Row[] = [
  ['od -c', 'ab\n', '0000000   a   b  \\n\n0000003\n'],
  ['od -An -tx1', 'abc', ' 61 62 63\n'],
  [
    'od -Ax -tx1z -c',
    'ab',
    '000000  61  62                                                          >ab<\n         a   b\n000002\n',
  ],
  ['factor 12 97 1000000016000000063', '', '12: 2 2 3\n97: 97\n1000000016000000063: 1000000007 1000000009\n'],
  ['tsort', 'a b b c a c\n', 'a\nb\nc\n'],
  ['join /etc/join-a -', 'a x\nb y\n', 'a 1 x\nb 2 y\n'],
  ['fmt -w 20', 'one two three four five six seven\n', 'one two three four\nfive six seven\n'],
  ['shuf -e -n1 only', '', 'only\n'],
  ['dd bs=2 count=1 status=none conv=ucase', 'abcd', 'AB'],
  ['getopt -o ab: -l long -- -a -b x y', '', " -a -b 'x' -- 'y'\n"],
  ['mountpoint /proc', '', '/proc is a mountpoint\n'],
  ['git --version', '', 'git version 2.39.5\n'],
  ['sudo id -u', '', '0\n'],
  ['seq -f %d 3', '', '', 1],
  ['cmp -b /etc/join-a -', 'a 1\nb 3\n', '/etc/join-a - differ: byte 7, line 2 is  62 2  63 3\n', 1],
  ['date -u -d 2023-10-10T12:00EST +%H', '', '17\n'],
  ['date -u -d TZ="Europe/Paris"2023-07-01T12:00 +%H', '', '10\n'],
  ['date -u -d noon', '', '', 1],
  [
    'column -t -N A,B -n x -J',
    'a 1\nb\n',
    '{\n   "x": [\n      {\n         "a": "a",\n         "b": "1"\n      },{\n         "a": "b",\n         "b": null\n      }\n   ]\n}\n',
  ],
  ['column -t -N X,Y,Z -O Z,X -H Y', 'a 1 x\nbbb 2 yy\n', 'Z   X\nx   a\nyy  bbb\n'],
  ['column -t -d -N X,Y -R X -l 2', 'a 1 x\nbbb 2 yy\n', '  a  1 x\nbbb  2 yy\n'],
  ['df --output=target,fstype /proc', '', 'Mounted on Type\n/proc      proc\n'],
  ['df --output=bad', '', '', 1],
  ['unshare --map-user=1000 id -u', '', '1000\n'],
  ['unshare -c id -u', '', '0\n'],
  ['unshare -S 5 -G 6 id -u', '', '5\n'],
  ['unshare --propagation slave -m true', '', ''],
  ['unshare --propagation bad -m true', '', '', 1],
  ['find /etc/join-a -newermt 2100-01-01', '', ''],
  ['find /etc/join-a -fprintf /dev/stdout %f', '', 'join-a'],
  ['sed s/a/b/gg', 'a\n', '', 1],
  ['sed 0p', 'a\n', '', 1],
  ['sed a\\\tx', 'a\n', 'a\n\tx\n'],
  ['sed c\\', 'a\n', ''],
  ['sed v9.0', 'a\n', '', 1],
  ['grep -Pzo (?s)a.*c', 'a\nb\nc\n', 'a\nb\nc\0'],
  ['grep -A x a', 'a\n', '', 2],
]

describe('later tools', () => {
  let kernel: TestKernel
  beforeAll(async () => {
    kernel = await bootTestKernel(programs)
    await kernel.run(['tee', '/etc/join-a'], { stdin: 'a 1\nb 2\n' })
  })

  it.each(ROWS.map(([argv, stdin, stdout, status = 0]) => ({ argv, stdin, stdout, status })))(
    '$argv',
    async ({ argv, stdin, stdout, status }) => {
      const result = await kernel.run(argv.split(' '), { stdin })
      expect({ stdout: result.stdout, status: result.status }).toEqual({ stdout, status })
    },
  )

  it('splits and puts together again', async () => {
    await kernel.run(['split', '-l1', '-', '/tmp/p'], { stdin: '1\n2\n3\n' })
    expect((await kernel.run(['cat', '/tmp/paa', '/tmp/pab', '/tmp/pac'])).stdout).toBe('1\n2\n3\n')
  })

  it('makes users who can be become', async () => {
    expect((await kernel.run(['useradd', '-m', 'bob'])).status).toBe(0)
    expect((await kernel.run(['runuser', '-u', 'bob', '--', 'whoami'])).stdout).toBe('bob\n')
    expect((await kernel.run(['useradd', 'bob'])).stderr).toBe("useradd: user 'bob' already exists\n")
  })

  it('hashes passwords as crypt(3) does', async () => {
    expect(await sha512Crypt(kernel.sys, 'pw', 'abc')).toBe(
      '$6$abc$MtSdWSZbhct2oe.SOqOUM2M/GA/uj5.vyVtJgRHgKi9uqXuWuJqOYE7H/YlsYGVg/YYzDV0xt3fEIwYt580.5.',
    )
  })
})
