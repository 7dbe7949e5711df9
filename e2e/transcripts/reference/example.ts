import type { CommandOutcome } from '@drydock/playground'

/** An example of Docker's command-line reference, and what Docker does with it. */
export interface Example {
  /** The page: `container_run` for `docker container run`. */
  readonly page: string
  /** As it stands there, continued lines joined. */
  readonly command: string
  readonly state: State
  /** What it would need, or what is missing here. */
  readonly why?: string
  /** Makes what the page takes for granted; not judged. */
  readonly before?: string
  /** With names that exist here in place of the page's; default `command`. */
  readonly run?: string
  /** It is run on a terminal. */
  readonly tty?: boolean
  /** Standard input, or what is typed; default `y`, on a terminal `exit`. */
  readonly types?: string
  /** It goes on until it is stopped. */
  readonly streams?: boolean
  /** Default 0. */
  readonly status?: number
  /** Why that status is right. */
  readonly because?: string
  /** Standard output: a shape of SHAPES, or a regular expression between slashes. */
  readonly prints?: string
  /** Strings that stand in standard output. */
  readonly has?: readonly string[]
  /** Standard error: a regular expression between slashes. */
  readonly says?: string
}

/** `needs`: a sandbox cannot have what it takes, it is not run. `fails`: it is run, and Drydock does not do it yet. */
export type State = 'passes' | 'needs' | 'fails'

const SHAPES: ReadonlyMap<string, RegExp> = new Map([
  ['nothing', /^$/],
  ['id', /^[0-9a-f]{64}\n$/],
  ['digest', /^sha256:[0-9a-f]{64}\n$/],
  ['containers', /^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES\n/],
  ['images', /^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE\n/],
  ['networks', /^NETWORK ID +NAME +DRIVER +SCOPE\n/],
  ['volumes', /^DRIVER +VOLUME NAME\n/],
])
const PARSED: ReadonlyMap<string, (text: string) => void> = new Map([
  ['json', (text: string) => JSON.parse(text)],
  [
    'json lines',
    (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .forEach((line) => JSON.parse(line)),
  ],
])
const KILLED = 137

/** What an outcome has against what Docker does; empty where they agree. */
export function differences(example: Example, outcome: CommandOutcome): string[] {
  const { streams, status = streams ? KILLED : 0, prints, has = [], says } = example
  const [stdout, stderr] = [outcome.stdout, outcome.stderr].map((bytes) => new TextDecoder().decode(bytes)) as [
    string,
    string,
  ]
  const found: string[] = []
  if (outcome.exitStatus !== status) found.push(`status ${outcome.exitStatus} in place of ${status}`)
  if (prints !== undefined && !fits(stdout, prints)) found.push(`standard output is not ${prints}`)
  for (const part of has) if (!stdout.includes(part)) found.push(`standard output lacks ${part}`)
  if (says !== undefined && !fits(stderr, says)) found.push(`standard error is not ${says}`)
  return found.length === 0 ? found : [...found, `standard output: ${stdout}`, `standard error: ${stderr}`]
}

function fits(text: string, shape: string): boolean {
  const parse = PARSED.get(shape)
  return parse ? parses(text, parse) : (SHAPES.get(shape) ?? pattern(shape)).test(text)
}

function parses(text: string, parse: (text: string) => void): boolean {
  try {
    parse(text)
    return true
  } catch {
    return false
  }
}

function pattern(shape: string): RegExp {
  const [, source, flags] = /^\/(.*)\/(\w*)$/s.exec(shape) ?? []
  if (source === undefined) throw new Error(`no shape: ${shape}`)
  return new RegExp(source, flags)
}
