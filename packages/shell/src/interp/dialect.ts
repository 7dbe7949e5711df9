/** What differs between the shells that this engine plays. */
export interface Dialect {
  readonly name: 'bash' | 'dash' | 'ash'
  /** Arrays, `[[`, process substitution, `function`… */
  readonly bash: boolean
  readonly version: string
  /** `script: line 3: message` */
  readonly prefix: (name: string, line: number, lineless: boolean) => string
  /** Messages of what -c gives name no line. */
  readonly scriptLinesOnly: boolean
  readonly notFound: (command: string) => string
  /** Wording of a file that is no program: with the path in front. */
  readonly cannotOpen: (path: string, message: string, create: boolean) => string
  /** When there is no room for another process; bash alone waits for it. */
  readonly cannotFork?: string
  /** Default prompts. */
  readonly ps1: string
  /** What echo does with backslashes without -e. */
  readonly echoEscapes: boolean
}

const withLine: Dialect['prefix'] = (name, line, lineless) => (lineless ? `${name}: ` : `${name}: line ${line}: `)

const bash: Dialect = {
  name: 'bash',
  bash: true,
  version: '5.2.15(1)-release',
  prefix: withLine,
  scriptLinesOnly: false,
  notFound: (command) => `${command}: command not found`,
  cannotOpen: (path, message) => `${path}: ${message}`,
  ps1: '\\s-\\v\\$ ',
  echoEscapes: false,
}

const open = (path: string, message: string, create: boolean): string =>
  `can't ${create ? 'create' : 'open'} ${path}: ${message === 'No such file or directory' ? (create ? 'nonexistent directory' : 'no such file') : message}`

const dash: Dialect = {
  name: 'dash',
  bash: false,
  version: '0.5.12',
  prefix: (name, line) => `${name}: ${line}: `,
  scriptLinesOnly: false,
  notFound: (command) => `${command}: not found`,
  cannotOpen: (path, message, create) =>
    `cannot ${create ? 'create' : 'open'} ${path}: ${message === 'No such file or directory' ? (create ? 'Directory nonexistent' : 'No such file') : message}`,
  cannotFork: 'Cannot fork',
  ps1: '\\$ ',
  echoEscapes: true,
}

const ash: Dialect = {
  name: 'ash',
  bash: true,
  version: '1.36.1',
  prefix: withLine,
  scriptLinesOnly: true,
  notFound: (command) => `${command}: not found`,
  cannotOpen: open,
  cannotFork: "can't fork: Resource temporarily unavailable",
  ps1: '\\w \\$ ',
  echoEscapes: false,
}

export const DIALECTS: ReadonlyMap<Dialect['name'], Dialect> = new Map([
  ['bash', bash],
  ['dash', dash],
  ['ash', ash],
])
