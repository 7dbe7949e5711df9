import EventEmitter from 'events'
import { Buffer } from 'buffer'
import { Readable, Writable } from 'readable-stream'
import { outputOf, runSync } from './child-process-sync.ts'
import { framed, nodeError } from './errors.ts'
import { callSync, pending } from './host.ts'
import { loop } from './loop.ts'
import { type Handle, MessageChannel, messageKind } from './message-channel.ts'
import { handleOf, opened } from './handles.ts'
import { signalName } from './signals.ts'
import { hasChannel, requestOf, type SpawnOptions } from './spawn-request.ts'

interface Ended {
  readonly kind: string
  readonly code?: number
  readonly signal?: number
}

function reader(fd: number): Readable {
  return new Readable({
    read() {
      pending.submit('read', [fd, 65536]).then(
        ({ bytes }) => {
          this.push(bytes.length === 0 ? null : Buffer.from(bytes))
          if (bytes.length === 0) pending.tell('close', [fd])
        },
        () => this.push(null),
      )
    },
  })
}

function writer(fd: number): Writable {
  return new Writable({
    write: (chunk, _encoding, done) => void pending.submit('write', [fd], chunk).then(() => done(), done),
    final(done) {
      pending.tell('close', [fd])
      done()
    },
  })
}

type Pipe = Readable | Writable | null

export class ChildProcess extends EventEmitter {
  pid: number | undefined
  exitCode: number | null = null
  signalCode: string | null = null
  killed = false
  stdin: Writable | null = null
  stdout: Readable | null = null
  stderr: Readable | null = null
  stdio: readonly Pipe[] = []
  channel: MessageChannel | undefined
  spawnfile = ''
  spawnargs: readonly string[] = []
  private unread: Readable[] = []
  private counted: object | undefined

  spawn(file: string, args: readonly string[], options: SpawnOptions): this {
    const request = requestOf(file, args, options)
    this.spawnfile = request.file
    this.spawnargs = request.argv
    if (options.signal) this.follow(options)
    try {
      const { pid, fds } = callSync('spawn', [request]).value as { pid: number; fds: number[] }
      this.pid = pid
      this.open(fds, options)
      loop.tick(() => this.emit('spawn'), [])
      this.ref()
      pending.submit('wait', [pid], undefined, false).then(
        ({ value }) => this.ended(value as Ended),
        () => undefined,
      )
      if (options.timeout) loop.arm(() => this.kill(options.killSignal), options.timeout, [], false).unref()
    } catch (error) {
      this.missing(error as Error & { code?: string; errno?: number })
    }
    return this
  }

  private open(fds: readonly number[], options: SpawnOptions): void {
    const [input = -1, output = -1, errors = -1, ...more] = fds
    this.stdin = input < 0 ? null : writer(input)
    this.stdout = output < 0 ? null : reader(output)
    this.stderr = errors < 0 ? null : reader(errors)
    const talks = hasChannel(options)
    if (talks && more[0] !== undefined) this.talk(more[0], options.serialization === 'advanced')
    const rest = talks ? [null] : more.map((fd) => (fd < 0 ? null : reader(fd)))
    this.stdio = [this.stdin, this.stdout, this.stderr, ...rest]
    this.unread = [this.stdout, this.stderr].filter((stream): stream is Readable => stream !== null)
    for (const stream of this.unread) stream.once('end', (() => this.read(stream)) as never)
  }

  private missing({ code = 'ENOENT', errno = -2 }: { code?: string; errno?: number }): void {
    const [, ...args] = this.spawnargs
    const file = this.spawnfile
    const more = { errno, code, syscall: `spawn ${file}`, path: file, spawnargs: args }
    const failure = framed(
      Object.assign(new Error(`spawn ${file} ${code}`), more),
      'ChildProcess._handle.onexit (node:internal/child_process:285:19)',
      'onErrorNT (node:internal/child_process:483:16)',
      'process.processTicksAndRejections (node:internal/process/task_queues:82:21)',
    )
    this.exitCode = errno
    const nothing = new Readable({ read() {} })
    this.stdout ??= nothing
    this.stderr ??= new Readable({ read() {} })
    this.stdin ??= new Writable({ write: (_chunk, _encoding, done) => done() })
    loop.immediate(() => {
      loop.guard(() => this.emit('error', failure), [])
      this.closed()
    }, [])
  }

  kill(signal: string | number = 'SIGTERM'): boolean {
    const name = signal === 0 ? '0' : signalName(signal)
    if (this.pid === undefined || this.isOver) return false
    callSync('kill', [this.pid, name])
    this.killed ||= signal !== 0
    return true
  }
  /** The script lives on as long as the child does, unless it is let go. */
  ref(): void {
    this.counted ??= this
    loop.handles.add(this)
  }
  unref(): void {
    loop.handles.delete(this)
  }

  private follow({ signal, killSignal }: SpawnOptions): void {
    const abort = (): void => {
      const words = { name: 'AbortError', code: 'ABORT_ERR' }
      const error = Object.assign(new Error('The operation was aborted', { cause: signal?.reason }), words)
      if (this.kill(killSignal)) this.emit('error', error)
    }
    if (signal?.aborted) loop.tick(abort, [])
    else signal?.addEventListener('abort', abort, { once: true })
  }

  /** `close` comes when what it wrote has been read as well. */
  private ended(status: Ended): void {
    // What it said last, and that it hung up, is heard before.
    if (this.channel?.listening) return void this.channel.once('over', (() => this.ended(status)) as never)
    this.unref()
    this.exitCode = status.kind === 'exited' ? (status.code ?? 0) : null
    this.signalCode = status.kind === 'signaled' ? signalName(status.signal ?? 0) : null
    loop.guard(() => this.emit('exit', this.exitCode, this.signalCode), [])
    // What nobody reads is thrown away.
    for (const stream of this.unread) if (stream.readableFlowing === null) stream.resume()
    this.closeWhenRead()
  }

  private read(stream: Readable): void {
    this.unread = this.unread.filter((each) => each !== stream)
    if (this.isOver) this.closeWhenRead()
  }
  private get isOver(): boolean {
    return this.exitCode !== null || this.signalCode !== null
  }
  /** Its output has been read. */
  private closeWhenRead(): void {
    if (this.unread.length > 0) return
    this.closed()
  }
  private hasClosed = false
  private closed(): void {
    if (this.hasClosed) return
    this.hasClosed = true
    loop.guard(() => this.emit('close', this.exitCode, this.signalCode), [])
  }

  // Messages -----------------------------------------------------------------------------------------------------------

  private talk(fd: number, whole: boolean): void {
    this.channel = new MessageChannel(fd, { counted: true, whole })
    this.channel.on('message', ((value: unknown, handle?: Handle) =>
      this.emit(messageKind(value), value, opened(value, handle))) as never)
    this.channel.on('disconnect', (() => this.emit('disconnect')) as never)
  }
  get connected(): boolean {
    return this.channel?.connected ?? false
  }
  send(value: unknown, ...rest: unknown[]): boolean {
    const callback = rest.find((each) => typeof each === 'function') as ((error: Error | null) => void) | undefined
    if (this.channel?.connected) {
      const sent = this.channel.send(value, handleOf(rest[0]))
      if (callback) loop.tick(() => callback(null), [])
      return sent
    }
    const error = nodeError(Error, 'ERR_IPC_CHANNEL_CLOSED', 'Channel closed')
    loop.tick(() => (callback ? callback(error) : this.emit('error', error)), [])
    return false
  }
  disconnect(): void {
    this.channel?.disconnect()
  }
}

type Finished = (error: Error | null, stdout: unknown, stderr: unknown) => void

const MOST_BYTES = 1024 * 1024

/** What comes from one stream, as far as it may. */
class Gathered {
  readonly parts: Buffer[] = []
  private length = 0
  constructor(stream: Readable | null, most: number, full: () => void) {
    stream?.on('data', ((bytes: Buffer) => {
      const room = most - this.length
      this.length += bytes.length
      if (bytes.length > room) full()
      this.parts.push(bytes.subarray(0, Math.max(room, 0)) as Buffer)
    }) as never)
  }
  value(encoding: string | undefined): unknown {
    const whole = Buffer.concat(this.parts)
    return encoding === 'buffer' ? whole : whole.toString(encoding ?? 'utf8')
  }
}

function execFile(
  file: string,
  args: readonly string[],
  options: SpawnOptions,
  done: Finished | undefined,
): ChildProcess {
  const { maxBuffer = MOST_BYTES, encoding, timeout, ...rest } = options
  const child = new ChildProcess().spawn(file, args, rest)
  let failure: Error | undefined
  const kill = (): void => void child.kill(options.killSignal)
  const full = (name: string) => (): void => {
    if (failure) return
    failure = nodeError(RangeError, 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER', `${name} maxBuffer length exceeded`)
    kill()
  }
  const [out, err] = [
    new Gathered(child.stdout, maxBuffer, full('stdout')),
    new Gathered(child.stderr, maxBuffer, full('stderr')),
  ]
  const timer = timeout ? loop.arm(kill, timeout, [], false) : undefined
  let told = false
  const finish = (code: number | null, signal: string | null): void => {
    if (told) return
    told = true
    loop.clear(timer)
    const [stdout, stderr] = [out.value(encoding), err.value(encoding)]
    const cmd = [file, ...args].join(' ')
    if (!failure && code === 0 && signal === null) return done?.(null, stdout, stderr)
    const failed = failure ?? new Error(`Command failed: ${cmd}\n${String(stderr)}`)
    if (!failure)
      Object.assign(failed, { code: code !== null && code < 0 ? 'ENOENT' : code, killed: child.killed, signal })
    done?.(Object.assign(commandFailed(failed), { cmd }), stdout, stderr)
  }
  child.on('error', ((error: Error) => {
    failure ??= error
    if (child.pid === undefined || (error as { code?: string }).code === 'ABORT_ERR') finish(null, null)
  }) as never)
  child.on('close', finish as never)
  return child
}

/** An error about a command that ended tells nothing of the script. */
const commandFailed = (error: Error): Error =>
  'syscall' in error || 'cmd' in error
    ? error
    : framed(
        error,
        'ChildProcess.exithandler (node:child_process:430:12)',
        'ChildProcess.emit (node:events:517:28)',
        'maybeClose (node:internal/child_process:1098:16)',
        'ChildProcess._handle.onexit (node:internal/child_process:303:5)',
      )

const last = <T>(args: readonly unknown[]): T | undefined =>
  args.find((arg) => typeof arg === 'function') as T | undefined
const optionsIn = (args: readonly unknown[]): SpawnOptions =>
  (args.find((arg) => typeof arg === 'object' && arg !== null && !Array.isArray(arg)) as SpawnOptions | undefined) ?? {}
const listIn = (args: readonly unknown[]): readonly string[] =>
  ((args.find(Array.isArray) as unknown[] | undefined) ?? []).map(String)

function checkFile(file: unknown, name: string): void {
  if (typeof file !== 'string')
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      `The "${name}" argument must be of type string. Received ${file === undefined ? 'undefined' : `type ${typeof file} (${String(file)})`}`,
    )
  if (file === '')
    throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument '${name}' cannot be empty. Received ''`)
}

/** A forked script has a channel, and the streams of its parent unless it is told otherwise. */
function forked({ stdio, silent }: SpawnOptions): readonly unknown[] {
  if (Array.isArray(stdio)) return stdio.includes('ipc') ? stdio : [...(stdio as unknown[]), 'ipc']
  const kind = typeof stdio === 'string' ? stdio : silent ? 'pipe' : 'inherit'
  return [kind, kind, kind, 'ipc']
}

/** Options of this script's own, without the text that it is. */
const ownExecArgv = (): readonly string[] =>
  (globalThis as unknown as { process: { execArgv: readonly string[] } }).process.execArgv.filter(
    (word) => !/^(?:-e|-p|-pe|--eval|--print)(?:=|$)/.test(word),
  )

/** `promisify` gives both streams, and the child beside the promise. */
function promising(run: (args: unknown[], done: Finished) => ChildProcess) {
  return (...args: unknown[]): Promise<unknown> => {
    let child: ChildProcess | undefined
    const promise = new Promise((resolve, reject) => {
      child = run(args, (error, stdout, stderr) =>
        error ? reject(Object.assign(error, { stdout, stderr })) : resolve({ stdout, stderr }),
      )
    })
    return Object.assign(promise, { child })
  }
}
const PROMISED = Symbol.for('nodejs.util.promisify.custom')

const shelled = (rest: readonly unknown[]): SpawnOptions => ({ shell: true, ...optionsIn(rest) })
function runLine(line: string, rest: readonly unknown[], done: Finished | undefined): ChildProcess {
  checkFile(line, 'command')
  return execFile(line, [], shelled(rest), done)
}
function runFile(file: string, rest: readonly unknown[], done: Finished | undefined): ChildProcess {
  checkFile(file, 'file')
  return execFile(file, listIn(rest), optionsIn(rest), done)
}
const exec = Object.assign((line: string, ...rest: unknown[]) => runLine(line, rest, last<Finished>(rest)), {
  [PROMISED]: promising(([line, ...rest], done) => runLine(line as string, rest, done)),
})
const execFileCall = Object.assign((file: string, ...rest: unknown[]) => runFile(file, rest, last<Finished>(rest)), {
  [PROMISED]: promising(([file, ...rest], done) => runFile(file as string, rest, done)),
})
Object.defineProperty(exec, 'name', { value: 'exec' })
Object.defineProperty(execFileCall, 'name', { value: 'execFile' })

export const childProcess = {
  _forkChild: () => undefined,
  ChildProcess,
  exec,
  execFile: execFileCall,
  execFileSync: (file: string, ...rest: unknown[]) => outputOf(file, listIn(rest), optionsIn(rest)),
  execSync: (line: string, ...rest: unknown[]) => outputOf(line, [], shelled(rest)),
  fork: (file: string, ...rest: unknown[]) => {
    const options = optionsIn(rest)
    const words = [...(options.execArgv ?? ownExecArgv()), String(file), ...listIn(rest)]
    return new ChildProcess().spawn(options.execPath ?? '/usr/local/bin/node', words, {
      ...options,
      stdio: forked(options),
    })
  },
  spawn: (file: string, ...rest: unknown[]) => {
    checkFile(file, 'file')
    return new ChildProcess().spawn(file, listIn(rest), optionsIn(rest))
  },
  spawnSync: (file: string, ...rest: unknown[]) => {
    checkFile(file, 'file')
    return runSync(file, listIn(rest), optionsIn(rest))
  },
}
