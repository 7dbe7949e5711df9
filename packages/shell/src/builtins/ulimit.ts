import { EINVAL, EPERM, isErrno, type ResourceName } from '@drydock/abi'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { parseFlags } from './flags.ts'

interface Row {
  readonly letter: string
  readonly text: string
  /** As bash writes it in parentheses before the letter. */
  readonly unit?: string
  readonly bytes?: number
  readonly resource: ResourceName | undefined
  /** Of what is no resource of the kernel's. */
  readonly fixed?: number
  /** dash's name for it. */
  readonly plain?: string
}

/** In bash's order. ulimit in bash(1). */
const ROWS: readonly Row[] = [
  { letter: 'R', text: 'real-time non-blocking time', unit: 'microseconds', resource: 'RTTIME' },
  { letter: 'c', text: 'core file size', unit: 'blocks', bytes: 1024, resource: 'CORE', plain: 'coredump(blocks)' },
  { letter: 'd', text: 'data seg size', unit: 'kbytes', bytes: 1024, resource: 'DATA', plain: 'data(kbytes)' },
  { letter: 'e', text: 'scheduling priority', resource: 'NICE' },
  { letter: 'f', text: 'file size', unit: 'blocks', bytes: 1024, resource: 'FSIZE', plain: 'file(blocks)' },
  { letter: 'i', text: 'pending signals', resource: 'SIGPENDING' },
  {
    letter: 'l',
    text: 'max locked memory',
    unit: 'kbytes',
    bytes: 1024,
    resource: 'MEMLOCK',
    plain: 'locked memory(kbytes)',
  },
  { letter: 'm', text: 'max memory size', unit: 'kbytes', bytes: 1024, resource: 'RSS', plain: 'memory(kbytes)' },
  { letter: 'n', text: 'open files', resource: 'NOFILE', plain: 'nofiles' },
  { letter: 'p', text: 'pipe size', unit: '512 bytes', resource: undefined, fixed: 8 },
  { letter: 'q', text: 'POSIX message queues', unit: 'bytes', resource: 'MSGQUEUE' },
  { letter: 'r', text: 'real-time priority', resource: 'RTPRIO', plain: 'rtprio' },
  { letter: 's', text: 'stack size', unit: 'kbytes', bytes: 1024, resource: 'STACK', plain: 'stack(kbytes)' },
  { letter: 't', text: 'cpu time', unit: 'seconds', resource: 'CPU', plain: 'time(seconds)' },
  { letter: 'u', text: 'max user processes', resource: 'NPROC', plain: 'process' },
  { letter: 'v', text: 'virtual memory', unit: 'kbytes', bytes: 1024, resource: 'AS', plain: 'vmemory(kbytes)' },
  { letter: 'x', text: 'file locks', resource: 'LOCKS', plain: 'locks' },
]
const DASH_ORDER = 'tfdscmlpnvwr'
const DASH_LETTERS = new Map([
  ['p', 'u'],
  ['w', 'x'],
])
const BLOCK_BYTES = 512

interface Which {
  readonly soft: boolean
  readonly hard: boolean
}

const bytesOf = (shell: Shell, row: Row): number =>
  row.unit === 'blocks' && (shell.posix || !shell.dialect.bash) ? BLOCK_BYTES : (row.bytes ?? 1)

function valueText(shell: Shell, row: Row, { hard }: Which): string {
  if (row.resource === undefined) return String(row.fixed)
  const limits = shell.sys.prlimit(row.resource)
  const value = hard ? limits.hard : limits.soft
  return Number.isFinite(value) ? String(Math.floor(value / bytesOf(shell, row))) : 'unlimited'
}

function labelled(row: Row): string {
  const tail = row.unit === undefined ? `(-${row.letter})` : `(${row.unit}, -${row.letter})`
  return `${row.text}${tail.padStart(Math.max(tail.length + 2, 40 - row.text.length))}`
}

/** What one row of `ulimit -a` looks like. */
const line = (shell: Shell, row: Row, which: Which): string =>
  shell.dialect.name === 'dash'
    ? `${(row.plain ?? row.text).padEnd(21)}${row.plain === 'locked memory(kbytes)' ? ' ' : ''}${valueText(shell, row, which)}`
    : `${labelled(row)} ${valueText(shell, row, which)}`

function amount(shell: Shell, row: Row, text: string): number {
  if (row.resource === undefined) throw new FatalError(`${row.text}: cannot modify limit: Invalid argument`, 1, false)
  if (text === 'unlimited') return Infinity
  if (text === 'hard') return shell.sys.prlimit(row.resource).hard
  if (text === 'soft') return shell.sys.prlimit(row.resource).soft
  if (!/^\d+$/.test(text)) throw new FatalError(`${text}: invalid number`, 1, false)
  return Number(text) * bytesOf(shell, row)
}

function change(shell: Shell, row: Row, text: string, { soft, hard }: Which): void {
  const wanted = amount(shell, row, text)
  if (row.resource === undefined) return
  const before = shell.sys.prlimit(row.resource)
  try {
    shell.sys.prlimit(row.resource, { soft: soft ? wanted : before.soft, hard: hard ? wanted : before.hard })
  } catch (error) {
    if (!isErrno(error)) throw error
    const reason = error === EINVAL ? EINVAL : EPERM
    throw new FatalError(`${row.text}: cannot modify limit: ${reason.message}`, 1, false)
  }
}

function allRows(shell: Shell): Row[] {
  if (shell.dialect.name !== 'dash') return [...ROWS]
  return [...DASH_ORDER].flatMap((letter) =>
    ROWS.filter((row) => row.letter === (DASH_LETTERS.get(letter) ?? letter) && row.plain !== undefined),
  )
}

export function* ulimit(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: `SHa${ROWS.map(({ letter }) => letter).join('')}` })
  const which: Which = { soft: !options.has('H') || options.has('S'), hard: !options.has('S') || options.has('H') }
  const shown: Which = { soft: !options.has('H'), hard: options.has('H') && !options.has('S') }
  const letters = [...options.keys()].filter((letter) => !'SHa'.includes(letter))
  const rows = (letters.length ? letters : ['f']).flatMap((letter) => ROWS.filter((row) => row.letter === letter))
  const [value] = operands
  if (options.has('a')) {
    yield* wait(
      shell.print(
        allRows(shell)
          .map((row) => `${line(shell, row, shown)}\n`)
          .join(''),
      ),
    )
    return 0
  }
  for (const row of rows) {
    if (value !== undefined) change(shell, row, value, which)
    else if (rows.length > 1) yield* wait(shell.print(`${line(shell, row, shown)}\n`))
    else yield* wait(shell.print(`${valueText(shell, row, shown)}\n`))
  }
  return 0
}
