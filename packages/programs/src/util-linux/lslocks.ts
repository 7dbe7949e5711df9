import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, readTextFile, value } from '@drydock/libc'
import { join } from '../paths.ts'
import { screenTable } from './screen-table.ts'

interface Lock {
  readonly kind: string
  readonly mode: string
  readonly pid: number
  readonly ino: number
  readonly start: string
  readonly end: string
}

/** A line of /proc/locks. proc_locks(5) */
function parseLock(line: string): Lock | undefined {
  const [, kind = '', mode = '', pid, ino, start = '', end = ''] =
    /^\d+: (\w+) +\w+ +(\w+) +(-?\d+) \w+:\w+:(\d+) (\d+) (\w+)$/.exec(line) ?? []
  return pid === undefined ? undefined : { kind, mode, pid: Number(pid), ino: Number(ino), start, end }
}

/** The path of an inode that a process has open. */
function pathOf(sys: Sys, pid: number, ino: number): string | undefined {
  const folder = `/proc/${pid}/fd`
  try {
    for (const { name } of sys.readdir(folder)) {
      const path = join(folder, name)
      if (sys.stat(path).ino === ino) return sys.readlink(path)
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  return undefined
}

const COLUMNS = [
  { name: 'COMMAND' },
  { name: 'PID', right: true },
  { name: 'TYPE', right: true },
  { name: 'SIZE', right: true },
  { name: 'MODE' },
  { name: 'M' },
  { name: 'START', right: true },
  { name: 'END', right: true },
  { name: 'PATH' },
]

/** lslocks: list local system locks. util-linux 2.38. */
export const lslocks = defineProgram({
  name: 'util-linux/lslocks',
  paths: ['/usr/bin/lslocks'],
  covers: 'partial',
  lacks: ['-J', '-r', '-o', 'who waits for a lock'],
  summary: 'list local system locks',
  sizeBytes: 35_128,
  usage: 'lslocks [options]',
  options: { pid: value('p', 'pid'), noHeadings: flag('n', 'noheadings'), notruncate: flag('u', 'notruncate') },
  async main({ sys, io, options: o }) {
    const commands = new Map(sys.processes().map(({ pid, comm }) => [pid, comm]))
    const locks = (await readTextFile(sys, '/proc/locks')).split('\n').flatMap((line) => parseLock(line) ?? [])
    const rows = locks
      .filter(({ pid }) => o.pid === undefined || pid === Number(o.pid))
      .map(({ kind, mode, pid, ino, start, end }) => {
        const path = pathOf(sys, pid, ino)
        const size = path === undefined ? '' : `${sys.stat(path).size}B`
        return [
          commands.get(pid) ?? '',
          String(pid),
          kind,
          size,
          mode,
          '0',
          start,
          end === 'EOF' ? '0' : end,
          path ?? '',
        ]
      })
    if (rows.length) await io.print(screenTable(COLUMNS, rows, o.noHeadings === 0))
    return 0
  },
})
