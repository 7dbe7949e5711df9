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

function userName(shell: Shell): string {
  return shell.variables.get('USER') ?? (shell.sys.geteuid() === 0 ? 'root' : 'I have no name!')
}

type Escape = (shell: Shell, date: Date) => string
/** bash(1), "PROMPTING". \[ and \] mark what takes no room on the screen. */
const ESCAPES: ReadonlyMap<string, Escape> = new Map<string, Escape>([
  ['u', userName],
  ['h', ({ sys }) => sys.uname().nodename.split('.')[0] ?? ''],
  ['H', ({ sys }) => sys.uname().nodename],
  ['w', shortDirectory],
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
  ['l', () => '0'],
  ['!', (shell) => String(shell.history.length + 1)],
  ['#', (shell) => String(shell.history.length + 1)],
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
  const date = new Date(shell.sys.clock.now())
  return text.replace(
    /\\(?:([0-7]{3})|D\{([^}]*)\}|([^]))/g,
    (match, octal?: string, format?: string, char?: string) => {
      if (octal) return String.fromCharCode(Number.parseInt(octal, 8))
      if (format !== undefined) return date.toISOString().slice(0, 19).replace('T', ' ')
      return char === undefined ? match : (ESCAPES.get(char)?.(shell, date) ?? match)
    },
  )
}
