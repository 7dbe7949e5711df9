import { O_CREAT, O_RDWR } from '@drydock/abi'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { programs } from '../index.ts'

type Row = readonly [argv: string, stdout: string, status?: number]

/** Answers are those of util-linux 2.38, psmisc 23.6, lsof 4.95, libcap 2.66 and attr 2.5. */
const ROWS: readonly Row[] = [
  ['setsid -w false', '', 1],
  ['setsid', '', 1],
  ['prlimit --nofile=50 prlimit --nofile -o SOFT,UNITS', 'SOFT UNITS\n  50 files\n'],
  ['prlimit --nofile=10:5 true', '', 1],
  ['renice 5 999999', '', 1],
  ['chrt -p 999999', '', 1],
  ['taskset 0x1 true', ''],
  ['taskset -c 99 true', '', 1],
  ['namei /etc/passwd', 'f: /etc/passwd\n d /\n d etc\n - passwd\n'],
  ['namei -m /nosuch/x', 'f: /nosuch/x\n drwxr-xr-x /\n            nosuch - No such file or directory\n', 1],
  ['look a /tmp/words', 'apple\navocado\n'],
  ['look zz /tmp/words', '', 1],
  ['lsof /nosuch', '', 1],
  ['fuser /tmp/words', '', 1],
  ['pstree nosuch', '', 1],
  ['swapon -s', ''],
  ['losetup -f', '/dev/loop0\n'],
  ['kill -l POLL', '29\n'],
  ['kill -l RTMIN', '', 1],
  ['env --ignore-signal=RTMIN,KILL true', '', 125],
  ['env --ignore-signal=34 grep SigIgn /proc/self/status', 'SigIgn:\t0000000200000000\n'],
  ['csplit /tmp/words /b/', '14\n7\n'],
  ['csplit -z /tmp/words /a/ {*}', '6\n8\n7\n'],
  ['csplit /tmp/words 3 {5}', '14\n7\n', 1],
  ['setcap cap_net_raw,cap_chown+ep /tmp/words', ''],
  ['getcap /tmp/words', '/tmp/words cap_chown,cap_net_raw=ep\n'],
  ['setcap -r /tmp/words', ''],
  ['getcap /tmp/words', ''],
  ['setcap foo+ep /tmp/words', '', 1],
  ['setcap cap_chown=ep /tmp', '', 1],
  ['setfattr -n user.a -v 0x00ff /tmp/words', ''],
  ['setfattr -n user.b -v b"c /tmp/words', ''],
  ['getfattr --absolute-names -d /tmp/words', '# file: /tmp/words\nuser.a=0sAP8=\nuser.b="b\\"c"\n\n'],
  ['getfattr --only-values -n user.b /tmp/words', 'b"c'],
  ['setfattr -x user.c /tmp/words', '', 1],
]

describe('programs that look at processes and files', () => {
  let kernel: TestKernel
  beforeAll(async () => {
    kernel = await bootTestKernel(programs)
    await kernel.run(['tee', '/tmp/words'], { stdin: 'apple\navocado\nbanana\n' })
  })

  it.each(ROWS.map(([argv, stdout, status = 0]) => ({ argv, stdout, status })))('$argv', async (row) => {
    const result = await kernel.run(row.argv.split(' '))
    expect({ stdout: result.stdout, status: result.status }).toEqual({ stdout: row.stdout, status: row.status })
  })

  it('finds who has a file open, and who locks it', async () => {
    const { sys } = kernel
    const fd = sys.open('/tmp/shared', O_CREAT | O_RDWR)
    await sys.lockRecord(fd, { type: 'write', start: 0, length: 0 })
    const { stdout } = await kernel.run(['lsof', '/tmp/shared'])
    expect(stdout.split('\n')[0]).toBe('COMMAND PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME')
    expect(stdout.split('\n')[1]).toMatch(/^init +1 root +\d+u {3}REG +8,1 +0 +\d+ \/tmp\/shared$/)
    expect((await kernel.run(['lsof', '-t', '/tmp/shared'])).stdout).toBe('1\n')
    expect((await kernel.run(['fuser', '/tmp/shared'])).stdout).toBe('     1')
    expect((await kernel.run(['lslocks', '-n'])).stdout).toMatch(/^init +1 POSIX +0B WRITE 0 +0 +0 \/tmp\/shared\n$/)
    sys.close(fd)
  })

  it('says what a process has open in columns and in fields, as lsof 4.95', async () => {
    const { sys } = kernel
    const out = sys.open('/tmp/kept', O_CREAT | O_RDWR)
    const pid = await sys.spawn('/bin/sleep', { argv: ['sleep', '1000'], fds: new Map([[1, out]]) })
    const run = async (line: string): Promise<string> => (await kernel.run(line.split(' '))).stdout
    expect(await run(`lsof -a -p ${pid} -d 0-2`)).toMatch(
      /FD {3}TYPE .*\nsleep +\d+ root +1u +REG +8,1 +0 +\d+ \/tmp\/kept\n$/,
    )
    expect(await run(`lsof -o -a -p ${pid} -d 1`)).toMatch(/DEVICE OFFSET NODE NAME\n.* 0t0 +\d+ \/tmp\/kept\n$/)
    expect(await run(`lsof -R -a -p ${pid} -d 1`)).toMatch(/^COMMAND PID PPID USER /)
    expect(await run(`lsof -F pcfn -a -p ${pid} -d 1`)).toBe(`p${pid}\ncsleep\nf1\nn/tmp/kept\n`)
    expect(await run('lsof -Fp /tmp/kept')).toBe(`p1\np${pid}\n`)
    expect(await run(`lsof -p ${pid} -a -d ^1,^cwd -t`)).toBe(`${pid}\n`)
    expect((await kernel.run(['lsof', '-Q', '-i', ':9999'])).status).toBe(0)
    sys.unlink('/tmp/kept')
    expect(await run('lsof +L1')).toMatch(/NLINK NODE NAME\n.* 0 +0 +\d+ \/tmp\/kept \(deleted\)\n/)
    sys.kill(pid, 9)
    await sys.wait(pid)
    sys.close(out)
  })

  it('draws the tree and the map of a process', async () => {
    expect((await kernel.run(['pstree', '1'])).stdout).toBe('init---pstree\n')
    const pid = await kernel.sys.spawn('/bin/sleep', { argv: ['sleep', '1000'] })
    const { stdout } = await kernel.run(['pmap', String(pid)])
    kernel.sys.kill(pid, 9)
    expect(stdout).toMatch(/^\d+: {3}sleep 1000\n[0-9a-f]{16} +\d+K r---- /)
    expect(stdout).toMatch(/\n total +\d+K\n$/)
  })
})
