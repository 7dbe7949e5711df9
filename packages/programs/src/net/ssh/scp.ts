/** scp by the old protocol of rcp, over an ssh of its own: `scp -t` and `scp -f` on the other side. scp(1). */
import {
  exitStatus,
  isDirectory,
  isErrno,
  isRegular,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  type Process,
  type Sys,
} from '@drydock/abi'
import { searchPath, Stdio, writeAll } from '@drydock/libc'
import { isTerminal } from '../../text/terminal.ts'

const USAGE = `usage: scp [-346ABCOpqRrsTv] [-c cipher] [-D sftp_server_path] [-F ssh_config]
           [-i identity_file] [-J destination] [-l limit] [-o ssh_option]
           [-P port] [-S program] [-X sftp_option] source ... target
`

interface Options {
  readonly flags: ReadonlySet<string>
  readonly ssh: readonly string[]
  readonly operands: readonly string[]
}

function parse(argv: readonly string[]): Options | { readonly wrong: string } {
  const flags = new Set<string>()
  const ssh: string[] = []
  const operands: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (word === '--') {
      operands.push(...argv.slice(at + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word)
      continue
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i)
      if ('cDFiJloPSX'.includes(letter)) {
        const text = word.slice(i + 1) || (argv[++at] ?? '')
        if (!'lSDX'.includes(letter)) ssh.push(`-${letter === 'P' ? 'p' : letter}`, text)
        break
      }
      if (!'346ABCOpqRrsTvtfd'.includes(letter)) return { wrong: `unknown option -- ${letter}\n${USAGE}` }
      if (letter === 'q') ssh.push('-q')
      flags.add(letter)
    }
  }
  return { flags, ssh, operands }
}

/** `[user@]host:path`; a slash in front of the colon makes it a local name. */
function remoteOf(operand: string): { host: string; path: string } | undefined {
  const match = /^([^/:]+|[^/]*@?\[[^\]]*\]):(.*)$/.exec(operand)
  return match ? { host: match[1] ?? '', path: match[2] || '.' } : undefined
}

/** One end of the protocol: messages of a line, and the bytes of files between them. */
class Rcp {
  private buffered = new Uint8Array(0)
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly input: number
  private readonly output: number
  private readonly flags: ReadonlySet<string>
  /** Shows how far a file is; undefined where nobody looks. */
  private readonly progress: ((name: string, bytes: number) => Promise<void>) | undefined
  errors = 0

  constructor(
    sys: Sys,
    fds: { input: number; output: number },
    flags: ReadonlySet<string>,
    progress?: (name: string, bytes: number) => Promise<void>,
  ) {
    this.sys = sys
    this.io = new Stdio(sys)
    this.input = fds.input
    this.output = fds.output
    this.flags = flags
    this.progress = progress
  }

  private async fill(): Promise<boolean> {
    const bytes = await this.sys.read(this.input, 65_536)
    if (bytes.length === 0) return false
    const joined = new Uint8Array(this.buffered.length + bytes.length)
    joined.set(this.buffered)
    joined.set(bytes, this.buffered.length)
    this.buffered = joined
    return true
  }

  private async byte(): Promise<number | undefined> {
    if (this.buffered.length === 0 && !(await this.fill())) return undefined
    const [first] = this.buffered
    this.buffered = this.buffered.subarray(1)
    return first
  }

  private async line(): Promise<string | undefined> {
    let end = this.buffered.indexOf(10)
    while (end < 0) {
      if (!(await this.fill())) return undefined
      end = this.buffered.indexOf(10)
    }
    const text = new TextDecoder().decode(this.buffered.subarray(0, end))
    this.buffered = this.buffered.subarray(end + 1)
    return text
  }

  private async write(data: string | Uint8Array): Promise<void> {
    await writeAll(this.sys, this.output, typeof data === 'string' ? new TextEncoder().encode(data) : data)
  }

  /** @returns whether the other side is content */
  async acknowledged(): Promise<boolean> {
    const code = await this.byte()
    if (code === 0) return true
    if (code === undefined) return false
    await this.io.warn(`${(await this.line()) ?? ''}\n`)
    this.errors++
    return false
  }

  async complain(message: string): Promise<void> {
    this.errors++
    await this.write(`\x01scp: ${message}\n`)
  }

  /** The source's side. */
  async send(path: string): Promise<void> {
    const name = path.replace(/\/+$/, '').split('/').pop() || '.'
    try {
      const stat = this.sys.stat(path)
      const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0')
      if (isDirectory(stat.mode)) return await this.sendFolder(path, name, mode)
      if (!isRegular(stat.mode)) return await this.local(`${path}: not a regular file`)
      await this.sendFile(path, name, mode, stat.size, stat.mtimeMs)
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.local(`${path}: ${error.message}`)
    }
  }

  private async local(message: string): Promise<void> {
    if (this.flags.has('f')) return this.complain(message)
    this.errors++
    await this.io.warn(`scp: ${message}\n`)
  }

  private async sendFolder(path: string, name: string, mode: string): Promise<void> {
    if (!this.flags.has('r')) return this.local(`${path}: not a regular file`)
    await this.write(`D${mode} 0 ${name}\n`)
    if (!(await this.acknowledged())) return
    const names = this.sys
      .readdir(path)
      .map((entry) => entry.name)
      .sort()
    for (const each of names) await this.send(`${path.replace(/\/$/, '')}/${each}`)
    await this.write('E\n')
    await this.acknowledged()
  }

  private async sendFile(path: string, name: string, mode: string, size: number, mtimeMs: number): Promise<void> {
    const fd = this.sys.open(path, O_RDONLY)
    try {
      if (this.flags.has('p')) {
        const seconds = Math.floor(mtimeMs / 1000)
        await this.write(`T${seconds} 0 ${seconds} 0\n`)
        if (!(await this.acknowledged())) return
      }
      await this.write(`C${mode} ${size} ${name}\n`)
      if (!(await this.acknowledged())) return
      for (let sent = 0; sent < size; ) {
        const bytes = await this.sys.read(fd, Math.min(65_536, size - sent))
        if (bytes.length === 0) break
        await this.write(bytes)
        sent += bytes.length
      }
      await this.write(Uint8Array.of(0))
      await this.acknowledged()
      await this.progress?.(name, size)
    } finally {
      this.sys.close(fd)
    }
  }

  /** The sink's side: until the other end has no more. */
  async receive(target: string, mustBeFolder: boolean): Promise<void> {
    await this.write(Uint8Array.of(0))
    let times: number | undefined
    for (;;) {
      const code = await this.byte()
      if (code === undefined) return
      const text = (await this.line()) ?? ''
      if (code === 1 || code === 2) {
        this.errors++
        await this.io.warn(`${text}\n`)
        if (code === 2) return
        continue
      }
      const kind = String.fromCharCode(code)
      if (kind === 'E') return this.write(Uint8Array.of(0))
      if (kind === 'T') {
        times = Number(text.split(' ')[0]) * 1000
        await this.write(Uint8Array.of(0))
      } else if (kind === 'D' || kind === 'C') {
        await this.take(kind, text, target, mustBeFolder, times)
        times = undefined
      } else return this.complain('protocol error')
    }
  }

  private async take(
    kind: string,
    text: string,
    target: string,
    mustBeFolder: boolean,
    times: number | undefined,
  ): Promise<void> {
    const [, mode = '0644', size = '0', name = ''] = /^(\d+) (\d+) (.*)$/.exec(text) ?? []
    if (name === '' || name.includes('/') || name === '..') return this.complain(`error: unexpected filename: ${name}`)
    const folder = this.isFolder(target)
    if (mustBeFolder && !folder) return this.complain(`${target}: Not a directory`)
    const path = folder ? `${target.replace(/\/$/, '')}/${name}` : target
    try {
      if (kind === 'D') await this.takeFolder(path, Number.parseInt(mode, 8))
      else await this.takeFile(path, name, Number.parseInt(mode, 8), Number(size))
      if (times !== undefined) this.sys.utimes(path, times, times)
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.complain(`${path}: ${error.message}`)
    }
  }

  private isFolder(path: string): boolean {
    try {
      return isDirectory(this.sys.stat(path).mode)
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }

  private async takeFolder(path: string, mode: number): Promise<void> {
    if (!this.isFolder(path)) this.sys.mkdir(path, mode | 0o700)
    await this.receive(path, true)
  }

  private async takeFile(path: string, name: string, mode: number, size: number): Promise<void> {
    const fd = this.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
    try {
      await this.write(Uint8Array.of(0))
      for (let left = size; left > 0; ) {
        if (this.buffered.length === 0 && !(await this.fill())) return
        const part = this.buffered.subarray(0, left)
        await writeAll(this.sys, fd, part)
        this.buffered = this.buffered.subarray(part.length)
        left -= part.length
      }
    } finally {
      this.sys.close(fd)
    }
    if (this.flags.has('p')) this.sys.chmod(path, mode)
    await this.acknowledged()
    await this.write(Uint8Array.of(0))
    await this.progress?.(name, size)
  }
}

function sizeText(bytes: number): string {
  if (bytes < 10_000) return String(bytes)
  const units = ['KB', 'MB', 'GB']
  let value = bytes / 1024
  let unit = 0
  while (value >= 10_000 && unit < 2) {
    value /= 1024
    unit++
  }
  return `${Math.floor(value)}${units[unit]}`
}

/** `name   100%   12     3.2KB/s   00:00`, as scp's meter ends. */
function meter({ sys }: Process, started: number): (name: string, bytes: number) => Promise<void> {
  return async (name, bytes) => {
    const { cols } = sys.getWindowSize(1)
    const seconds = Math.max(0.001, (sys.clock.monotonic() - started) / 1000)
    const rate = bytes / seconds / 1024
    const speed = rate < 1000 ? `${rate.toFixed(1)}KB/s` : `${(rate / 1024).toFixed(1)}MB/s`
    const width = Math.max(10, (cols || 80) - 36)
    await writeAll(
      sys,
      1,
      new TextEncoder().encode(
        `\r${name.slice(0, width).padEnd(width)} 100% ${sizeText(bytes).padStart(5)} ${speed.padStart(10)}   00:00    \n`,
      ),
    )
  }
}

/** Runs scp on the other side and talks to it. */
async function overSsh(
  process: Process,
  options: Options,
  host: string,
  remote: string,
  talk: (rcp: Rcp) => Promise<void>,
): Promise<number> {
  const { sys, env } = process
  const [there, here] = [sys.pipe(), sys.pipe()]
  for (const fd of [there[1], here[0]]) sys.setFdFlags(fd, { cloexec: true })
  const fds = new Map([
    [0, there[0]],
    [1, here[1]],
    [2, 2],
  ])
  const argv = ['ssh', '-x', ...options.ssh, host, remote]
  const pid = await sys.spawn(searchPath(sys, 'ssh', env.get('PATH')), { argv, env, fds })
  sys.close(there[0])
  sys.close(here[1])
  const shows = isTerminal(sys, 1) && !options.flags.has('q')
  const rcp = new Rcp(
    sys,
    { input: here[0], output: there[1] },
    options.flags,
    shows ? meter(process, sys.clock.monotonic()) : undefined,
  )
  try {
    await talk(rcp)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  sys.close(there[1])
  const result = await sys.wait(pid)
  const status = result ? exitStatus(result.status) : 255
  return status !== 0 ? (status === 255 ? 255 : 1) : rcp.errors > 0 ? 1 : 0
}

const quoted = (path: string): string => (/^[\w./~*?-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)
const letters = ({ flags }: Options): string =>
  ['r', 'p', 'd']
    .filter((letter) => flags.has(letter))
    .map((letter) => ` -${letter}`)
    .join('')

/** From one remote host to another, through here: the source of the one talks to the sink of the other. -3 */
async function between(
  { sys, env }: Process,
  options: Options,
  from: { host: string; path: string },
  to: { host: string; path: string },
  folder: boolean,
): Promise<number> {
  const [there, back] = [sys.pipe(), sys.pipe()]
  const ssh = searchPath(sys, 'ssh', env.get('PATH'))
  const start = (host: string, command: string, input: number, output: number): Promise<number> | number =>
    sys.spawn(ssh, {
      argv: ['ssh', '-x', ...options.ssh, host, command],
      env,
      fds: new Map([
        [0, input],
        [1, output],
        [2, 2],
      ]),
    })
  const source = await start(from.host, `scp${letters(options)} -f ${quoted(from.path)}`, back[0], there[1])
  const sink = await start(
    to.host,
    `scp${letters(options)}${folder ? ' -d' : ''} -t ${quoted(to.path)}`,
    there[0],
    back[1],
  )
  for (const fd of [...there, ...back]) sys.close(fd)
  const ends = [await sys.wait(source), await sys.wait(sink)]
  return ends.every((end) => end && exitStatus(end.status) === 0) ? 0 : 1
}

async function copy(process: Process, options: Options, sources: readonly string[], target: string): Promise<number> {
  const { sys } = process
  const to = remoteOf(target)
  let worst = 0
  const locals = sources.filter((source) => !remoteOf(source))
  if (to && locals.length > 0) {
    const remote = `scp${letters(options)}${locals.length > 1 ? ' -d' : ''} -t ${quoted(to.path)}`
    worst = await overSsh(process, options, to.host, remote, async (rcp) => {
      if (!(await rcp.acknowledged())) return
      for (const source of locals) await rcp.send(source)
    })
    if (worst === 255) await new Stdio(sys).warn('scp: Connection closed\r\n')
  }
  for (const source of sources) {
    const from = remoteOf(source)
    if (!from) continue
    if (to) {
      worst = Math.max(worst, await between(process, options, from, to, sources.length > 1))
      continue
    }
    const status = await overSsh(process, options, from.host, `scp${letters(options)} -f ${quoted(from.path)}`, (rcp) =>
      rcp.receive(target, sources.length > 1),
    )
    worst = Math.max(worst, status)
    if (status === 255) await new Stdio(sys).warn('scp: Connection closed\r\n')
  }
  return worst
}

export async function scpMain(process: Process): Promise<number> {
  const { sys } = process
  const io = new Stdio(sys)
  const options = parse(process.argv.slice(1))
  if ('wrong' in options) {
    await io.warn(options.wrong)
    return 1
  }
  const { flags, operands } = options
  if (flags.has('t')) {
    const rcp = new Rcp(sys, { input: 0, output: 1 }, flags)
    await rcp.receive(operands[0] ?? '.', flags.has('d'))
    return rcp.errors > 0 ? 1 : 0
  }
  if (flags.has('f')) {
    const rcp = new Rcp(sys, { input: 0, output: 1 }, flags)
    if (await rcp.acknowledged()) for (const path of operands) await rcp.send(path)
    return rcp.errors > 0 ? 1 : 0
  }
  const target = operands.at(-1)
  if (operands.length < 2 || target === undefined) {
    await io.warn(USAGE)
    return 1
  }
  const sources = operands.slice(0, -1)
  if (!remoteOf(target) && sources.every((source) => !remoteOf(source))) {
    const argv = ['cp', ...(flags.has('r') ? ['-r'] : []), ...(flags.has('p') ? ['-p'] : []), '--', ...sources, target]
    return sys.exec(searchPath(sys, 'cp', process.env.get('PATH')), argv, process.env)
  }
  return copy(process, options, sources, target)
}
