/** The values of a configuration by the names of the file. */
type Values = Readonly<Record<string, unknown>>

/** Why a value can't be; undefined for one that can. */
type Rule = (value: unknown) => string | undefined

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])
const firstOf =
  (problem: (text: string) => string | undefined): Rule =>
  (value) =>
    texts(value)
      .map(problem)
      .find((each) => each !== undefined)
const unless = (good: boolean, problem: string): string | undefined => (good ? undefined : problem)
const notNegative =
  (what: string): Rule =>
  (value) =>
    unless(Number(value) >= 0, `invalid ${what}: ${String(value)}`)
const oneOf =
  (words: readonly string[], problem: (value: string) => string): Rule =>
  (value) =>
    unless(words.includes(String(value)), problem(String(value)))

const RUNTIMES: readonly string[] = ['runc', 'io.containerd.runc.v2']
const IP = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$|^[0-9a-f:]*:[0-9a-f:]*$/i
const DOMAIN = /^(?:[a-z0-9_]+(?:-+[a-z0-9_]+)*\.?)+$|^\.$/i

/** Values that the file may have and the daemon can't take, in the order in which they are looked at. moby config.Validate */
const RULES: readonly (readonly [name: string, rule: Rule])[] = [
  [
    'log-level',
    oneOf(
      ['trace', 'debug', 'info', 'warn', 'warning', 'error', 'fatal', 'panic'],
      (value) => `invalid logging level: ${value}`,
    ),
  ],
  ['log-format', oneOf(['text', 'json'], (value) => `invalid log format: ${value}`)],
  ['dns', firstOf((text) => unless(IP.test(text), `${text} is not an ip address`))],
  ['dns-search', firstOf((text) => unless(DOMAIN.test(text), `${text} is not a valid domain`))],
  ['labels', firstOf((text) => unless(text.includes('='), `bad attribute format: ${text}`))],
  ['mtu', notNegative('default MTU')],
  ['max-concurrent-downloads', notNegative('max concurrent downloads')],
  ['max-concurrent-uploads', notNegative('max concurrent uploads')],
  [
    'max-download-attempts',
    (value) => notNegative('max download attempts')(value) ?? unless(value !== 0, 'invalid max download attempts: 0'),
  ],
  [
    'node-generic-resources',
    firstOf((text) =>
      unless(
        text.includes('='),
        `could not parse GenericResource: incorrect term ${text}, missing '=' or malformed expression`,
      ),
    ),
  ],
  [
    'runtimes',
    (value) => (Object.keys(value as object).includes('runc') ? "runtime name 'runc' is reserved" : undefined),
  ],
  [
    'default-ipc-mode',
    oneOf(
      ['private', 'shareable'],
      (value) => `default IPC mode setting (${value}) is invalid; use "shareable" or "private"`,
    ),
  ],
  [
    'default-cgroupns-mode',
    oneOf(
      ['private', 'host'],
      (value) => `default cgroup namespace mode (${value}) is invalid; use "host" or "private"`,
    ),
  ],
]

/** @returns what is wrong with the first value that is */
export function configProblem(values: Values): string | undefined {
  const known = [...RUNTIMES, ...Object.keys((values['runtimes'] ?? {}) as object)]
  const found = RULES.map(([name, rule]) => (isUnset(values[name]) ? undefined : rule(values[name])))
  const runtime = values['default-runtime']
  const problem = found.find((each) => each !== undefined)
  if (problem !== undefined || isUnset(runtime)) return problem
  return unless(known.includes(String(runtime)), `specified default runtime '${String(runtime)}' does not exist`)
}

const isUnset = (value: unknown): boolean => value === undefined || value === null || value === ''

/** Two values for one name of a label. @returns dockerd's words */
export function conflictingLabels(labels: readonly string[]): string | undefined {
  const seen = new Map<string, string>()
  for (const label of labels) {
    const [name = '', value = ''] = label.split(/=(.*)/s, 2)
    const before = seen.get(name)
    if (before !== undefined && before !== value) return `conflict labels for ${label} and ${name}=${before}`
    seen.set(name, value)
  }
  return undefined
}
