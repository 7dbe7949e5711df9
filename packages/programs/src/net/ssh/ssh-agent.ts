/** ssh-agent(1): holds keys and signs with them. */
import { exitStatus, isErrno, O_RDWR, type Process, SIGTERM, type Sys, unix } from '@drydock/abi'
import { concat, listen, searchPath, Stdio, writeAll } from '@drydock/libc'
import { AGENT, agentMessage, agentStream } from './agent-protocol.ts'
import { ALGORITHMS, type KeyPair, Reader, readPrivatePart, signWith, string } from './keys.ts'

const USAGE = `usage: ssh-agent [-c | -s] [-Dd] [-a bind_address] [-E fingerprint_hash]
                 [-O option] [-P allowed_providers] [-t life]
       ssh-agent [-a bind_address] [-E fingerprint_hash] [-O option]
                 [-P allowed_providers] [-t life] command [arg ...]
       ssh-agent [-c | -s] -k
`

interface Held {
  readonly key: KeyPair
  /** On the monotonic clock, in milliseconds. */
  readonly until: number
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at])
const FAILURE = agentMessage(AGENT.failure)
const SUCCESS = agentMessage(AGENT.success)

class Keeper {
  private held: Held[] = []
  private readonly sys: Sys
  private readonly life: number
  constructor(sys: Sys, life: number) {
    this.sys = sys
    this.life = life
  }

  private alive(): readonly Held[] {
    const now = this.sys.clock.monotonic()
    this.held = this.held.filter(({ until }) => until > now)
    return this.held
  }

  answer(message: Uint8Array): Uint8Array {
    const reader = new Reader(message.subarray(1))
    const type = message[0]
    if (type === AGENT.requestIdentities) return this.identities()
    if (type === AGENT.sign) return this.sign(reader)
    if (type === AGENT.add || type === AGENT.addConstrained) return this.add(reader, type === AGENT.addConstrained)
    if (type === AGENT.remove) return this.remove(reader.string())
    if (type !== AGENT.removeAll) return FAILURE
    this.held = []
    return SUCCESS
  }
  private identities(): Uint8Array {
    const keys = this.alive()
    const count = new Uint8Array(4)
    new DataView(count.buffer).setUint32(0, keys.length)
    return agentMessage(AGENT.identities, count, ...keys.flatMap(({ key }) => [string(key.blob), string(key.comment)]))
  }
  private sign(reader: Reader): Uint8Array {
    const [blob, data] = [reader.string(), reader.string()]
    const found = this.alive().find(({ key }) => same(key.blob, blob))
    if (!found) return FAILURE
    const signature = concat([string(ALGORITHMS[found.key.type]), string(signWith(found.key, Uint8Array.from(data)))])
    return agentMessage(AGENT.signed, string(signature))
  }
  private add(reader: Reader, constrained: boolean): Uint8Array {
    const key = readPrivatePart(reader)
    if (!key) return FAILURE
    if (constrained) reader.skip(1)
    const seconds = constrained ? reader.uint32() : this.life
    this.held = [
      ...this.alive().filter((each) => !same(each.key.blob, key.blob)),
      { key, until: seconds > 0 ? this.sys.clock.monotonic() + seconds * 1000 : Number.POSITIVE_INFINITY },
    ]
    return SUCCESS
  }
  private remove(blob: Uint8Array): Uint8Array {
    const left = this.alive().filter(({ key }) => !same(key.blob, blob))
    const found = left.length < this.held.length
    this.held = left
    return found ? SUCCESS : FAILURE
  }
}

/** Answers until it is told to end; then its socket goes. */
async function serve(sys: Sys, listening: number, path: string, life: number): Promise<number> {
  const keeper = new Keeper(sys, life)
  const ended = new Promise<number>((done) => {
    sys.sigaction(SIGTERM, () => done(2), { restart: true })
  })
  const accepting = async (): Promise<never> => {
    for (;;) {
      const { fd } = await sys.accept(listening)
      void answerAll(sys, fd, keeper)
    }
  }
  void accepting().catch(lost)
  const status = await ended
  cleanUp(sys, path)
  return status
}
function lost(error: unknown): void {
  if (!isErrno(error)) throw error
}
async function answerAll(sys: Sys, fd: number, keeper: Keeper): Promise<void> {
  const stream = agentStream(sys, fd)
  try {
    for (let message = await stream.next(); message; message = await stream.next())
      await writeAll(sys, fd, keeper.answer(message))
  } catch (error) {
    lost(error)
  }
  sys.close(fd)
}

function cleanUp(sys: Sys, path: string): void {
  try {
    sys.unlink(path)
    if (/^\/tmp\/ssh-[^/]+\/agent\.\d+$/.test(path)) sys.rmdir(path.slice(0, path.lastIndexOf('/')))
  } catch (error) {
    lost(error)
  }
}

interface Options {
  readonly csh: boolean
  readonly kills: boolean
  readonly foreground: boolean
  readonly bind: string | undefined
  readonly life: number
  readonly command: readonly string[]
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, '': 1 }
/** `90`, `2h30m`: sshd_config(5), TIME FORMATS. */
export function lifetime(text: string): number | undefined {
  if (!/^(\d+[smhdw]?)+$/i.test(text)) return undefined
  return [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 1),
    0,
  )
}

function parse(argv: readonly string[], shell: string): Options | string {
  const flags = new Set<string>()
  let [bind, life, at]: [string | undefined, number, number] = [undefined, 0, 0]
  for (; at < argv.length && argv[at]?.startsWith('-'); at++) {
    const word = argv[at] ?? ''
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i)
      if ('aEOPt'.includes(letter)) {
        const text = word.slice(i + 1) || argv[++at]
        if (text === undefined) return `option requires an argument -- ${letter}\n${USAGE}`
        if (letter === 'a') bind = text
        if (letter === 't') {
          const seconds = lifetime(text)
          if (seconds === undefined) return `Invalid lifetime\n${USAGE}`
          life = seconds
        }
        break
      }
      if (!'cskDd'.includes(letter)) return `unknown option -- ${letter}\n${USAGE}`
      flags.add(letter)
    }
  }
  return {
    csh: flags.has('c') || (!flags.has('s') && shell.endsWith('csh')),
    kills: flags.has('k'),
    foreground: flags.has('D') || flags.has('d'),
    bind,
    life,
    command: argv.slice(at),
  }
}

async function kill({ sys, env }: Process, io: Stdio, csh: boolean): Promise<number> {
  const given = env.get('SSH_AGENT_PID')
  if (given === undefined) {
    await io.warn('SSH_AGENT_PID not set, cannot kill agent\n')
    return 1
  }
  const pid = Number(given)
  if (!Number.isInteger(pid) || pid < 1) {
    await io.warn(`SSH_AGENT_PID="${given}", which is not a good PID\n`)
    return 1
  }
  try {
    sys.kill(pid, SIGTERM)
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`kill: ${error.message}\n`)
    return 1
  }
  await io.print(
    csh
      ? `unsetenv SSH_AUTH_SOCK;\nunsetenv SSH_AGENT_PID;\necho Agent pid ${pid} killed;\n`
      : `unset SSH_AUTH_SOCK;\nunset SSH_AGENT_PID;\necho Agent pid ${pid} killed;\n`,
  )
  await io.out.flush()
  return 0
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
function socketPath(sys: Sys): string {
  const name = [...sys.entropy.bytes(12)].map((byte) => LETTERS.charAt(byte % LETTERS.length)).join('')
  sys.mkdir(`/tmp/ssh-${name}`, 0o700)
  return `/tmp/ssh-${name}/agent.${sys.getpid()}`
}

export async function agentMain(process: Process): Promise<number> {
  const { sys, env } = process
  const io = new Stdio(sys)
  const options = parse(process.argv.slice(1), env.get('SHELL') ?? '')
  if (typeof options === 'string') {
    await io.warn(options)
    return 1
  }
  if (options.kills) return kill(process, io, options.csh)
  const path = options.bind ?? socketPath(sys)
  let listening: number
  try {
    listening = listen(sys, unix(path))
    sys.chmod(path, 0o600)
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`unix_listener: cannot bind to path ${path}: ${error.message}\n`)
    return 1
  }
  const shown = options.csh ? `setenv SSH_AUTH_SOCK ${path};\n` : `SSH_AUTH_SOCK=${path}; export SSH_AUTH_SOCK;\n`
  if (options.foreground) {
    await io.print(`${shown}echo Agent pid ${sys.getpid()};\n`)
    await io.out.flush()
    return serve(sys, listening, path, options.life)
  }
  const nothing = sys.open('/dev/null', O_RDWR)
  const pid = sys.fork((child) => serve(child.sys, listening, path, options.life), {
    setsid: true,
    cwd: '/',
    fds: new Map([...[0, 1, 2].map((fd): [number, number] => [fd, nothing]), [listening, listening]]),
  })
  sys.close(listening)
  if (options.command.length > 0) return withAgent(process, options.command, path, pid)
  await io.print(
    `${shown}${options.csh ? `setenv SSH_AGENT_PID ${pid};\n` : `SSH_AGENT_PID=${pid}; export SSH_AGENT_PID;\n`}echo Agent pid ${pid};\n`,
  )
  await io.out.flush()
  return 0
}

/** The agent lives as long as the command does. */
async function withAgent(
  { sys, env }: Process,
  command: readonly string[],
  path: string,
  pid: number,
): Promise<number> {
  const [name = ''] = command
  const whole = new Map([...env, ['SSH_AUTH_SOCK', path] as const, ['SSH_AGENT_PID', String(pid)] as const])
  try {
    const child = await sys.spawn(searchPath(sys, name, env.get('PATH')), { argv: command, env: whole })
    const end = await sys.wait(child)
    return end ? exitStatus(end.status) : 1
  } catch (error) {
    if (!isErrno(error)) throw error
    await new Stdio(sys).warn(`${name}: ${error.message}\n`)
    return 1
  } finally {
    sys.kill(pid, SIGTERM)
  }
}
