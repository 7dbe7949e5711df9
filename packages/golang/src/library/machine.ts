import { isErrno, type Process } from '@drydock/abi'
import { readFile, type Stdio, strftime, writeFile } from '@drydock/libc'
import { formatted, valueText } from '../format.ts'
import type { Interpreter } from '../interpret.ts'
import { errorValue } from '../panic.ts'
import { bytesOf, Channel, Float, Named, numberOf, Opaque, Slice, stringOf, Tuple, type Value } from '../values.ts'
import { htmlPackage } from './html.ts'
import { httpPackage } from './http.ts'
import {
  errorsPackage,
  jsonPackage,
  mathPackage,
  sortPackage,
  stringsPackage,
  strconvPackage,
  syncPackage,
} from './plain.ts'

/** os.Exit on its way up. */
export class Exit extends Error {
  readonly code: number
  constructor(code: number) {
    super('exit')
    this.code = code
  }
}

type Members = Readonly<Record<string, Value>>

export interface Machine {
  readonly process: Process
  readonly io: Stdio
  readonly program: Interpreter
}

/** Nanoseconds. */
const UNITS: Readonly<Record<string, number>> = {
  Nanosecond: 1,
  Microsecond: 1e3,
  Millisecond: 1e6,
  Second: 1e9,
  Minute: 6e10,
  Hour: 3.6e12,
}

/** Packages by their paths. */
export function packagesFor(machine: Machine): (path: string) => Members | undefined {
  const makers: Readonly<Record<string, () => Members>> = {
    fmt: () => fmtPackage(machine),
    os: () => osPackage(machine),
    log: () => logPackage(machine),
    time: () => timePackage(machine),
    io: () => ioPackage(machine),
    bufio: () => bufioPackage(machine),
    runtime: () => ({
      GOOS: 'linux',
      GOARCH: 'amd64',
      NumCPU: () => machine.process.sys.sysinfo().cpus,
      NumGoroutine: () => 1,
      Version: () => 'go',
      GC: () => undefined,
    }),
    'math/rand': () => randPackage(machine),
    'net/http': () => httpPackage(machine),
    strings: () => stringsPackage(machine.program),
    strconv: () => strconvPackage,
    math: () => mathPackage,
    sort: () => sortPackage(machine.program),
    slices: () => sortPackage(machine.program),
    errors: () => errorsPackage(machine.program),
    sync: () => syncPackage(machine.program),
    'encoding/json': () => jsonPackage,
    'io/ioutil': () => ioutilPackage(machine),
    'golang.org/x/net/html': () => htmlPackage,
  }
  return (path) => makers[path]?.()
}

export const KNOWN_PACKAGES: ReadonlySet<string> = new Set(
  'fmt os log time io bufio runtime math/rand net/http strings strconv math sort slices errors sync encoding/json io/ioutil'.split(
    ' ',
  ),
)

export const speaker =
  ({ program }: Machine) =>
  async (value: Value): Promise<string | undefined> => {
    if (value instanceof Named && value.type === 'time.Duration') return durationText(numberOf(value))
    for (const name of ['Error', 'String']) {
      const method = program.methodOf(value, name)
      if (method !== undefined) return stringOf(await program.call(method, []))
    }
    return undefined
  }

/** As Println puts them; Print puts blanks only between what are no texts. */
async function line(machine: Machine, values: readonly Value[]): Promise<string> {
  const parts = []
  for (const value of values) parts.push(await valueText(value, speaker(machine)))
  return `${parts.join(' ')}\n`
}

async function joined(machine: Machine, values: readonly Value[]): Promise<string> {
  let out = ''
  for (const [i, value] of values.entries()) {
    const before = values[i - 1]
    if (i > 0 && typeof value !== 'string' && typeof before !== 'string') out += ' '
    out += await valueText(value, speaker(machine))
  }
  return out
}

async function writeTo(writer: Value, text: string): Promise<Value> {
  const write = writer instanceof Opaque ? writer.members['Write'] : undefined
  if (typeof write === 'function') await write([text])
  return new Tuple([bytesOf(text).length, undefined])
}

function fmtPackage(machine: Machine): Members {
  const { io } = machine
  const print = async (text: string): Promise<Value> => {
    await io.out.write(text)
    await io.out.flush()
    return new Tuple([bytesOf(text).length, undefined])
  }
  const format = ([first, ...rest]: readonly Value[]): Promise<string> =>
    formatted(stringOf(first), rest, speaker(machine))
  return {
    Println: async (args) => print(await line(machine, args)),
    Printf: async (args) => print(await format(args)),
    Print: async (args) => print(await joined(machine, args)),
    Sprintf: format,
    Sprintln: (args) => line(machine, args),
    Sprint: (args) => joined(machine, args),
    Fprintf: async ([to, ...args]) => writeTo(to, await format(args)),
    Fprintln: async ([to, ...args]) => writeTo(to, await line(machine, args)),
    Fprint: async ([to, ...args]) => writeTo(to, await joined(machine, args)),
    Errorf: async (args) => {
      const wrapped = stringOf(args[0]).includes('%w') ? args.find((each) => each instanceof Opaque) : undefined
      return errorValue(await format([stringOf(args[0]).replaceAll('%w', '%v'), ...args.slice(1)]), wrapped)
    },
  }
}

const stream = (io: Stdio, which: 'out' | 'err'): Opaque =>
  new Opaque('*os.File', {
    Write: async ([text]) => {
      await io[which].write(stringOf(text))
      await io[which].flush()
      return new Tuple([bytesOf(stringOf(text)).length, undefined])
    },
    WriteString: async ([text]) => {
      await io[which].write(stringOf(text))
      await io[which].flush()
      return new Tuple([0, undefined])
    },
    Close: () => undefined,
  })

function osPackage({ process, io }: Machine): Members {
  const { sys, env, argv } = process
  const attempt = async (op: string, path: string, run: () => Promise<Value>): Promise<Value> => {
    try {
      return await run()
    } catch (error) {
      if (!isErrno(error)) throw error
      return errorValue(`${op} ${path}: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`)
    }
  }
  return {
    Args: new Slice([...argv], 'string'),
    Stdout: stream(io, 'out'),
    Stderr: stream(io, 'err'),
    Stdin: new Opaque('*os.File', { 'lines of': () => undefined }),
    Getenv: ([name]) => env.get(stringOf(name)) ?? '',
    LookupEnv: ([name]) => new Tuple([env.get(stringOf(name)) ?? '', env.has(stringOf(name))]),
    Environ: () =>
      new Slice(
        [...env].map(([name, value]) => `${name}=${value}`),
        'string',
      ),
    Hostname: () => new Tuple([sys.uname().nodename, undefined]),
    Getwd: () => new Tuple([sys.getcwd(), undefined]),
    Getpid: () => sys.getpid(),
    Exit: ([code]) => {
      throw new Exit(numberOf(code))
    },
    ReadFile: async ([path]) => {
      const read = await attempt(
        'open',
        stringOf(path),
        async () => new Slice([...(await readFile(sys, stringOf(path)))], 'uint8'),
      )
      return read instanceof Slice ? new Tuple([read, undefined]) : new Tuple([undefined, read])
    },
    WriteFile: ([path, data]) =>
      attempt('open', stringOf(path), async () => {
        await writeFile(sys, stringOf(path), stringOf(data))
        return undefined
      }),
  }
}

/** What io and os have since, under its old name. */
function ioutilPackage(machine: Machine): Members {
  const [io, os] = [ioPackage(machine), osPackage(machine)]
  return { ReadAll: io['ReadAll'], ReadFile: os['ReadFile'], WriteFile: os['WriteFile'], Discard: io['Discard'] }
}

function logPackage(machine: Machine): Members {
  const { io, process } = machine
  const say = async (text: string): Promise<void> => {
    const stamp = strftime('%Y/%m/%d %H:%M:%S ', process.sys.clock.now())
    await io.warn(`${stamp}${text.replace(/\n$/, '')}\n`)
  }
  const format = ([first, ...rest]: readonly Value[]): Promise<string> =>
    formatted(stringOf(first), rest, speaker(machine))
  const fatal = async (text: string): Promise<Value> => {
    await say(text)
    throw new Exit(1)
  }
  return {
    Println: async (args) => void (await say(await line(machine, args))),
    Printf: async (args) => void (await say(await format(args))),
    Print: async (args) => void (await say(await joined(machine, args))),
    Fatal: async (args) => fatal(await joined(machine, args)),
    Fatalln: async (args) => fatal(await line(machine, args)),
    Fatalf: async (args) => fatal(await format(args)),
    SetFlags: () => undefined,
    SetPrefix: () => undefined,
    LstdFlags: 3,
  }
}

const duration = (nanoseconds: number): Named => new Named('time.Duration', nanoseconds)

/** `1.5s`, `2m0s`. Package time, Duration.String */
export function durationText(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s'
  const size = Math.abs(nanoseconds)
  const sign = nanoseconds < 0 ? '-' : ''
  if (size < 1e3) return `${sign}${size}ns`
  if (size < 1e6) return `${sign}${size / 1e3}µs`
  if (size < 1e9) return `${sign}${size / 1e6}ms`
  const [hours, minutes, seconds] = [Math.floor(size / 3.6e12), Math.floor(size / 6e10) % 60, (size % 6e10) / 1e9]
  return `${sign}${hours > 0 ? `${hours}h` : ''}${size >= 6e10 ? `${minutes}m` : ''}${seconds}s`
}

/** Go's reference time in the words of strftime. */
const LAYOUT: readonly (readonly [string, string])[] = [
  ['2006', '%Y'],
  ['January', '%B'],
  ['Jan', '%b'],
  ['01', '%m'],
  ['Monday', '%A'],
  ['Mon', '%a'],
  ['02', '%d'],
  ['15', '%H'],
  ['04', '%M'],
  ['05', '%S'],
  ['MST', 'UTC'],
  ['Z07:00', 'Z'],
  ['-0700', '+0000'],
]

function timeOf(ms: number): Opaque {
  const shown = (layout: string): string =>
    strftime(
      LAYOUT.reduce((text, [from, to]) => text.replaceAll(from, to), layout),
      ms,
    )
  const whole = shown('2006-01-02 15:04:05 -0700 UTC')
  const at = new Date(ms)
  return new Opaque(
    'time.Time',
    {
      Format: ([layout]) => shown(stringOf(layout)),
      Unix: () => Math.floor(ms / 1000),
      UnixNano: () => ms * 1e6,
      UnixMilli: () => Math.floor(ms),
      Year: () => at.getUTCFullYear(),
      Month: () => at.getUTCMonth() + 1,
      Day: () => at.getUTCDate(),
      Hour: () => at.getUTCHours(),
      Minute: () => at.getUTCMinutes(),
      Second: () => at.getUTCSeconds(),
      UTC: () => timeOf(ms),
      Sub: ([other]) => duration((ms - msOf(other)) * 1e6),
      Add: ([by]) => timeOf(ms + numberOf(by) / 1e6),
      String: () => whole,
      'in milliseconds': ms,
    },
    whole,
  )
}

const msOf = (value: Value): number => (value instanceof Opaque ? numberOf(value.members['in milliseconds']) : 0)

function timePackage({ process: { sys } }: Machine): Members {
  const after = ([by]: readonly Value[]): Channel => {
    const channel = new Channel(1)
    void Promise.resolve(sys.sleep(numberOf(by) / 1e6)).then(() => {
      const taker = channel.takers.shift()
      const value = timeOf(sys.clock.now())
      if (taker) taker({ value, ok: true })
      else channel.queue.push(value)
    })
    return channel
  }
  return {
    ...Object.fromEntries(Object.entries(UNITS).map(([name, size]) => [name, duration(size)])),
    Now: () => timeOf(sys.clock.now()),
    Since: ([then]) => duration(Math.round((sys.clock.now() - msOf(then)) * 1e6)),
    Sleep: async ([by]) => {
      await sys.sleep(numberOf(by) / 1e6)
      return undefined
    },
    After: after,
    Tick: ([by]) => {
      const channel = new Channel(1)
      const beat = async (): Promise<void> => {
        for (;;) {
          await sys.sleep(numberOf(by) / 1e6)
          const taker = channel.takers.shift()
          if (taker) taker({ value: timeOf(sys.clock.now()), ok: true })
          else if (channel.queue.length === 0) channel.queue.push(timeOf(sys.clock.now()))
        }
      }
      void beat()
      return channel
    },
    Duration: ([value]) => duration(numberOf(value)),
    RFC3339: '2006-01-02T15:04:05Z07:00',
    RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
    Kitchen: '15:04',
  }
}

function ioPackage(machine: Machine): Members {
  return {
    WriteString: ([to, text]) => writeTo(to, stringOf(text)),
    ReadAll: async ([from]) => {
      const all = from instanceof Opaque ? from.members['all bytes'] : undefined
      const value = typeof all === 'function' ? await all([]) : ''
      return new Tuple([typeof value === 'string' ? new Slice(bytesOf(value), 'uint8') : value, undefined])
    },
    EOF: errorValue('EOF'),
    Discard: stream(machine.io, 'err'),
  }
}

/** Lines of standard input. */
function bufioPackage({ io }: Machine): Members {
  const scanner = (): Opaque => {
    const lines = io.lines(0)
    let now = ''
    return new Opaque('*bufio.Scanner', {
      Scan: async () => {
        const next = await lines.next()
        now = next.done ? '' : next.value
        return !next.done
      },
      Text: () => now,
      Err: () => undefined,
    })
  }
  const reader = (): Opaque => {
    const lines = io.lines(0)
    return new Opaque('*bufio.Reader', {
      ReadString: async () => {
        const next = await lines.next()
        return next.done ? new Tuple(['', errorValue('EOF')]) : new Tuple([`${next.value}\n`, undefined])
      },
    })
  }
  return { NewScanner: scanner, NewReader: reader }
}

function randPackage({ process: { sys } }: Machine): Members {
  const chance = (): number => sys.entropy.bytes(6).reduce((sum, byte) => (sum * 256 + byte) / 1, 0) / 2 ** 48
  return {
    Seed: () => undefined,
    Intn: ([n]) => Math.floor(chance() * numberOf(n)),
    IntN: ([n]) => Math.floor(chance() * numberOf(n)),
    Int: () => Math.floor(chance() * 2 ** 48),
    Float64: () => new Float(chance()),
  }
}
