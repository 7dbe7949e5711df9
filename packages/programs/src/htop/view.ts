/** htop's screen: meters, the list with its chosen row, the keys. htop(1). */
import type { ProcessInfo } from '@drydock/abi'

export interface Line {
  readonly process: ProcessInfo
  readonly user: string
  readonly cpuPercent: number
  readonly memoryPercent: number
}
export interface Meters {
  /** Percent, a processor each. */
  readonly cpus: readonly number[]
  readonly memory: { readonly used: number; readonly total: number }
  readonly swap: { readonly used: number; readonly total: number }
  readonly tasks: number
  readonly running: number
  readonly loads: readonly number[]
  readonly uptimeMs: number
}

const paint = (sgr: string, text: string): string => `\x1b[${sgr}m${text}\x1b[0m`
const CYAN = '36'
const TITLE = '30;42'
const SORTED = '30;46'
const CHOSEN = '30;46'

/** Bytes in at most five characters, from KiB up. */
export function size(bytes: number): string {
  const kib = Math.floor(bytes / 1024)
  if (kib < 100_000) return String(kib)
  if (kib < 10_000 * 1024) return `${Math.floor(kib / 1024)}M`
  return `${(kib / 1024 ** 2).toFixed(1)}G`
}
const amount = (bytes: number): string => {
  if (bytes < 1024 ** 2) return `${Math.floor(bytes / 1024)}K`
  return bytes < 1024 ** 3 ? `${Math.floor(bytes / 1024 ** 2)}M` : `${(bytes / 1024 ** 3).toFixed(2)}G`
}

/** `Mem[|||||     1.20G/4.00G]` in `width` columns. */
function bar(caption: string, share: number, text: string, width: number): string {
  const inner = Math.max(text.length, width - caption.length - 2)
  const filled = Math.min(inner, Math.max(0, Math.round(share * inner)))
  const cells = (
    '|'
      .repeat(filled)
      .padEnd(inner)
      .slice(0, inner - text.length) + text
  ).padEnd(inner)
  return `${paint(CYAN, caption)}${paint('1', '[')}${paint('32', cells.slice(0, filled))}${cells.slice(filled)}${paint('1', ']')}`
}

const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const days = Math.floor(seconds / 86_400)
  const time = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
  return days > 0 ? `${days} day${days > 1 ? 's' : ''}, ${time}` : time
}

export function meterRows({ cpus, memory, swap, tasks, running, loads, uptimeMs }: Meters, cols: number): string[] {
  const width = Math.max(20, Math.floor(cols / 2) - 3)
  const share = ({ used, total }: { used: number; total: number }): number => (total > 0 ? used / total : 0)
  const of = (meter: { used: number; total: number }): string => `${amount(meter.used)}/${amount(meter.total)}`
  const left = [
    ...cpus.map((percent, cpu) => bar(String(cpu).padStart(3), percent / 100, `${percent.toFixed(1)}%`, width)),
    bar('Mem', share(memory), of(memory), width),
    bar('Swp', share(swap), of(swap), width),
  ]
  const right = [
    `${paint(CYAN, 'Tasks: ')}${tasks}${paint(CYAN, '; ')}${running} ${paint(CYAN, 'running')}`,
    `${paint(CYAN, 'Load average: ')}${loads.map((load) => load.toFixed(2)).join(' ')}`,
    `${paint(CYAN, 'Uptime: ')}${clock(uptimeMs)}`,
  ]
  return ['', ...left.map((row, at) => `  ${row} ${right[at] ?? ''}`), '']
}

/** Titles, with the column they are sorted by. */
const TITLES: readonly (readonly [string, string])[] = [
  ['PID', '  PID '],
  ['USER', 'USER       '],
  ['', 'PRI  NI  VIRT   RES   SHR S '],
  ['CPU', ' CPU%'],
  ['MEM', ' MEM%'],
  ['TIME', '   TIME+  '],
  ['COMMAND', 'Command'],
]

export function titleRow(sort: string, cols: number): string {
  let used = 0
  const cells = TITLES.map(([key, text]) => {
    used += text.length
    return paint(key === sort ? SORTED : TITLE, text)
  })
  return `${cells.join('')}${paint(TITLE, ' '.repeat(Math.max(0, cols - used)))}`
}

const time = (ms: number): string => {
  const hundredths = Math.floor(ms / 10)
  const minutes = Math.floor(hundredths / 6000)
  return `${minutes}:${((hundredths % 6000) / 100).toFixed(2).padStart(5, '0')}`
}

export function processRow(
  { process: p, user, cpuPercent, memoryPercent }: Line,
  cols: number,
  chosen: boolean,
): string {
  const text = [
    String(p.pid).padStart(5),
    user.slice(0, 10).padEnd(10),
    String(20 + p.nice).padStart(3),
    String(p.nice).padStart(3),
    size(p.vszBytes).padStart(5),
    size(p.rssBytes).padStart(5),
    size(p.rssBytes * 0.6).padStart(5),
    p.state,
    cpuPercent.toFixed(1).padStart(5),
    memoryPercent.toFixed(1).padStart(4),
    time(p.cpuMs).padStart(8),
    p.argv.length > 0 ? p.argv.join(' ') : p.comm,
  ].join(' ')
  return chosen ? paint(CHOSEN, text.slice(0, cols).padEnd(cols)) : text.slice(0, cols)
}

const FOOT = [
  ['F1', 'Help  '],
  ['F3', 'Search'],
  ['F4', 'Filter'],
  ['F6', 'SortBy'],
  ['F7', 'Nice -'],
  ['F8', 'Nice +'],
  ['F9', 'Kill  '],
  ['F10', 'Quit  '],
] as const
export const keyRow = (): string => FOOT.map(([key, text]) => `${key}${paint(CHOSEN, text)}`).join('')

export const HELP = [
  'htop 3.2.2 - (C) 2004-2019 Hisham Muhammad. (C) 2020-2023 htop dev team.',
  '',
  ' Arrows: choose a process      F3 /: incremental name search',
  '   P M T N: sort by CPU%, MEM%, TIME, PID',
  '   I: invert sort order          F4 \\: incremental name filter',
  '   F7 ]: higher priority (root)  F8 [: lower priority',
  '   F9 k: kill process            F10 q: quit',
  '',
  'Press any key to return.',
]
