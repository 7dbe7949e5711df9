/** `TYPE:parameter:parameter,option=value,option`: what stands for one end. socat(1), "ADDRESS SPECIFICATIONS". */
export interface SocatAddress {
  /** In capital letters; `STDIO` for `-`. */
  readonly type: string
  readonly parameters: readonly string[]
  readonly options: ReadonlyMap<string, string>
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ...(['-', 'STDIO', 'STDIN', 'STDOUT'] as const).map((name) => [name, 'STDIO'] as const),
  ...['TCP', 'TCP4', 'TCP6', 'TCP-CONNECT', 'TCP4-CONNECT', 'TCP6-CONNECT'].map((name) => [name, 'TCP'] as const),
  ...['TCP-LISTEN', 'TCP4-LISTEN', 'TCP6-LISTEN', 'TCP-L'].map((name) => [name, 'TCP-LISTEN'] as const),
  ...['UNIX', 'UNIX-CONNECT', 'UNIX-CLIENT', 'LOCAL'].map((name) => [name, 'UNIX'] as const),
  ...['UNIX-LISTEN', 'UNIX-L'].map((name) => [name, 'UNIX-LISTEN'] as const),
  ['EXEC', 'EXEC'],
  ['SYSTEM', 'SYSTEM'],
])

/** @returns undefined for a type that is not there; a path alone is a unix socket, as with the real one */
export function readAddress(text: string): SocatAddress | undefined {
  if (text === '-' || text.startsWith('-,')) return { type: 'STDIO', parameters: [], options: new Map() }
  // GOPEN: what stands for nothing but a path is opened as what it is, a socket above all.
  if (/^[^:,]*\//.test(text)) return readAddress(`UNIX:${text}`)
  const [, name = '', rest = ''] = /^([A-Za-z0-9-]+)(?::(.*))?$/s.exec(text) ?? []
  const type = ALIASES.get(name.toUpperCase())
  if (type === undefined) return undefined
  // A command keeps its colons and, but for what looks like an option, its commas.
  if (type === 'SYSTEM' || type === 'EXEC') return { type, parameters: [withoutOptions(rest)], options: new Map() }
  const [place = '', ...words] = rest.split(',')
  const options = words.map((word): [string, string] => {
    const [key = '', value = ''] = word.split(/=(.*)/s)
    return [key.toLowerCase(), value]
  })
  return { type, parameters: parametersOf(type, place), options: new Map(options) }
}

const withoutOptions = (command: string): string =>
  command.replace(/(,(pty|stderr|setsid|nofork|sane|rawer|ctty))+$/, '')

/** The last colon parts host and port, so that an address of IPv6 may stand in brackets. */
function parametersOf(type: string, place: string): readonly string[] {
  if (type !== 'TCP') return [place]
  const colon = place.lastIndexOf(':')
  return colon < 0 ? [place] : [place.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), place.slice(colon + 1)]
}
