import { isErrno } from '@drydock/abi'
import { strftime, timeZone, type Zone } from '@drydock/libc'
import { passwdRow } from '../expand/tilde.ts'
import type { Shell } from './shell.ts'

const two = (value: number): string => String(value).padStart(2, '0')
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The working directory with the home folder as `~`. */
export function shortDirectory(shell: Shell): string {
  const cwd = shell.variables.get('PWD') ?? ''
  const home = shell.variables.get('HOME') ?? ''
  if (home === '' || home === '/') return cwd
  return cwd === home || cwd.startsWith(`${home}/`) ? `~${cwd.slice(home.length)}` : cwd
}

/** …and only its last folders, where PROMPT_DIRTRIM says how many. */
function trimmedDirectory(shell: Shell): string {
  const path = shortDirectory(shell)
  const most = Number(shell.variables.get('PROMPT_DIRTRIM') ?? 0)
  const parts = path.split('/').slice(1)
  if (!(most > 0) || parts.length <= most) return path
  return `${path.startsWith('~') ? '~/' : ''}.../${parts.slice(-most).join('/')}`
}

function userName(shell: Shell): string {
  const uid = String(shell.sys.geteuid())
  return passwdRow(shell, (row) => row[2] === uid)?.[0] ?? 'I have no name!'
}

const zoneOf = (shell: Shell): Zone => timeZone(new Map([['TZ', shell.variables.get('TZ') ?? '']]))

/** `pts/0` is shown as `0`. */
function terminalName({ sys }: Shell): string {
  try {
    return (sys.readlink('/proc/self/fd/0').split('/').pop() ?? '').replace(/^tty/, '')
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}

type Escape = (shell: Shell, date: Date) => string
/** bash(1), "PROMPTING". \[ and \] mark what takes no room on the screen. */
const ESCAPES: ReadonlyMap<string, Escape> = new Map<string, Escape>([
  ['u', userName],
  ['h', ({ sys }) => sys.uname().nodename.split('.')[0] ?? ''],
  ['H', ({ sys }) => sys.uname().nodename],
  ['w', trimmedDirectory],
  [
    'W',
    (shell) =>
      shortDirectory(shell) === '~' || shortDirectory(shell) === '/'
        ? shortDirectory(shell)
        : (shortDirectory(shell).split('/').pop() ?? ''),
  ],
  ['$', ({ sys }) => (sys.geteuid() === 0 ? '#' : '$')],
  ['n', () => '\n'],
  ['r', () => '\r'],
  ['e', () => '\x1b'],
  ['a', () => '\x07'],
  ['s', (shell) => shell.name.replace(/^.*\//, '').replace(/^-/, '')],
  ['v', (shell) => shell.dialect.version.replace(/^(\d+\.\d+).*/, '$1')],
  ['V', (shell) => shell.dialect.version.replace(/\(.*/, '')],
  ['j', (shell) => String(shell.jobs.jobs.size)],
  ['l', terminalName],
  ['!', (shell) => String(shell.history.length + shell.historyCounts.dropped + 1)],
  ['#', (shell) => String(shell.commandNumber)],
  ['t', (_, date) => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`],
  ['T', (_, date) => `${two(date.getUTCHours() % 12 || 12)}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`],
  ['A', (_, date) => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`],
  [
    '@',
    (_, date) =>
      `${two(date.getUTCHours() % 12 || 12)}:${two(date.getUTCMinutes())} ${date.getUTCHours() < 12 ? 'AM' : 'PM'}`,
  ],
  ['d', (_, date) => `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())}`],
  ['[', () => '\x01'],
  [']', () => '\x02'],
  ['\\', () => '\\'],
])

/** The backslash escapes of a prompt; parameters in it are expanded afterwards by the caller. */
export function promptText(shell: Shell, text: string): string {
  const now = shell.sys.clock.now()
  const date = new Date(now + zoneOf(shell).offsetMinutes(now) * 60000)
  return text.replace(
    /\\(?:([0-7]{3})|D\{([^}]*)\}|([^]))/g,
    (match, octal?: string, format?: string, char?: string) => {
      if (octal) return String.fromCharCode(Number.parseInt(octal, 8))
      if (format !== undefined) return strftime(format || '%X', shell.sys.clock.now(), zoneOf(shell))
      return char === undefined ? match : (ESCAPES.get(char)?.(shell, date) ?? match)
    },
  )
}
