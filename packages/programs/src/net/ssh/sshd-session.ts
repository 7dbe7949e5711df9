/** One connection of sshd after its owner is known: a shell, a command, or a forwarded port. */
import { inet, isErrno, SIGHUP, type WaitResult, type Process, type Sys } from '@drydock/abi'
import { dial, type Passwd, readFile, resolveHost, writeAll } from '@drydock/libc'
import { serveRemoteForward } from './remote-forward.ts'
import { serveSftp } from './sftp-server.ts'
import { type Frame, fromJson, MSG, toJson, type Wire } from './wire.ts'

export interface Visitor {
  readonly user: Passwd
  /** `client port` and `client port server port`, for SSH_CLIENT and SSH_CONNECTION. */
  readonly client: string
  readonly connection: string
  readonly motd: boolean
  readonly path: string
  /** Commands of subsystems by their names. */
  readonly subsystems: ReadonlyMap<string, string>
  /** ForceCommand of sshd_config. */
  readonly forced: string | undefined
}

interface Wanted {
  readonly command: string | undefined
  readonly subsystem: string | undefined
  readonly original?: string | undefined
  readonly pty: { readonly term: string; readonly rows: number; readonly cols: number } | undefined
  readonly env: readonly (readonly [string, string])[]
}

function wantedOf(payload: Uint8Array): Wanted {
  const { command, subsystem, pty, env } = fromJson(payload)
  const size = (typeof pty === 'object' && pty !== null ? pty : undefined) as Record<string, unknown> | undefined
  const pairs = Array.isArray(env)
    ? env.filter(
        (pair): pair is [string, string] => Array.isArray(pair) && pair.every((each) => typeof each === 'string'),
      )
    : []
  return {
    command: typeof command === 'string' ? command : undefined,
    subsystem: typeof subsystem === 'string' ? subsystem : undefined,
    pty: size && {
      term: String(size['term'] ?? 'dumb'),
      rows: Number(size['rows']) || 24,
      cols: Number(size['cols']) || 80,
    },
    env: pairs.filter(([name]) => name === 'LANG' || name.startsWith('LC_')),
  }
}

export async function serveSession({ sys }: Process, wire: Wire, visitor: Visitor): Promise<void> {
  const frame = await wire.next()
  if (frame?.type === MSG.forward) return serveForward(sys, wire, frame)
  if (frame?.type === MSG.remoteForward) return serveRemoteForward(sys, wire, frame)
  if (frame?.type !== MSG.open) return
  const wanted = withCommand(visitor, wantedOf(frame.payload))
  if (wanted.subsystem !== undefined && wanted.command === undefined) {
    await wire.send(MSG.extendedData, new TextEncoder().encode(`subsystem request failed on channel 0\r\n`))
    await wire.send(MSG.exitStatus, toJson({ code: 255 }))
    return void (await wire.send(MSG.close))
  }
  await (wanted.pty ? onTerminal(sys, wire, visitor, wanted, wanted.pty) : onPipes(sys, wire, visitor, wanted))
  await wire.send(MSG.close)
}

/** A subsystem is a command of the server's; ForceCommand takes the place of what was asked for. */
function withCommand({ subsystems, forced }: Visitor, wanted: Wanted): Wanted {
  if (forced !== undefined) return { ...wanted, command: forced, original: wanted.command }
  return wanted.subsystem === undefined ? wanted : { ...wanted, command: subsystems.get(wanted.subsystem) }
}

function environment(
  { user, client, connection, path }: Visitor,
  { env, pty, original }: Wanted,
  tty?: string,
): Map<string, string> {
  return new Map([
    ...env,
    ['USER', user.name],
    ['LOGNAME', user.name],
    ['HOME', user.home],
    ['PATH', path],
    ['SHELL', user.shell],
    ['SSH_CLIENT', client],
    ['SSH_CONNECTION', connection],
    ...(tty === undefined ? [] : ([['SSH_TTY', tty]] as const)),
    ...(original === undefined ? [] : ([['SSH_ORIGINAL_COMMAND', original]] as const)),
    ...(pty ? ([['TERM', pty.term]] as const) : []),
  ])
}

async function start(
  sys: Sys,
  visitor: Visitor,
  wanted: Wanted,
  fds: ReadonlyMap<number, number>,
  tty?: string,
): Promise<number> {
  const { user } = visitor
  const shell = user.shell || '/bin/sh'
  const name = shell.slice(shell.lastIndexOf('/') + 1)
  const argv = wanted.command === undefined ? [`-${name}`] : [name, '-c', wanted.command]
  const options = {
    argv,
    env: environment(visitor, wanted, tty),
    fds,
    setsid: true,
    ...(tty === undefined ? {} : { ctty: 0 }),
  }
  const [internal, ...words] = (wanted.command ?? '').split(/\s+/)
  if (internal === 'internal-sftp')
    return sys.fork((child) => serveSftp(child.sys, words), {
      fds,
      setsid: true,
      cwd: user.home,
      argv: ['sshd: internal-sftp'],
    })
  try {
    return await sys.spawn(shell, { ...options, cwd: user.home })
  } catch (error) {
    if (!isErrno(error)) throw error
    return sys.spawn(shell, { ...options, cwd: '/' })
  }
}

/** RFC 4254 section 6.10: a status, or the signal that ended it. */
async function reportEnd(wire: Wire, result: WaitResult | undefined): Promise<void> {
  const status = result?.status
  const code = status?.kind === 'exited' ? { code: status.code } : {}
  await wire.send(MSG.exitStatus, toJson(status?.kind === 'signaled' ? { signal: status.signal } : code))
}

async function onTerminal(
  sys: Sys,
  wire: Wire,
  visitor: Visitor,
  wanted: Wanted,
  size: { rows: number; cols: number },
): Promise<void> {
  const { master, slave, name } = sys.openpty(size)
  if (visitor.motd && wanted.command === undefined) await greet(sys, visitor, slave)
  const pid = await start(sys, visitor, wanted, new Map([0, 1, 2].map((fd) => [fd, slave])), name)
  sys.close(slave)
  void serveInput(wire, {
    data: (bytes) => writeAll(sys, master, bytes),
    resize: (payload) => {
      const { rows, cols } = fromJson(payload)
      sys.setWindowSize(master, { rows: Number(rows) || 24, cols: Number(cols) || 80 })
    },
    eof: () => undefined,
    gone: () => hangUp(sys, pid, master),
  })
  const shown = pump(sys, master, wire, MSG.data)
  const result = await sys.wait(pid)
  // What was printed last is still in the terminal; jobs left behind may hold it open for ever.
  await Promise.race([shown, sys.sleep(50)])
  await reportEnd(wire, result)
}

async function greet(sys: Sys, { user }: Visitor, slave: number): Promise<void> {
  try {
    sys.stat(`${user.home}/.hushlogin`)
  } catch (error) {
    if (!isErrno(error)) throw error
    try {
      await writeAll(sys, slave, await readFile(sys, '/etc/motd'))
    } catch (none) {
      if (!isErrno(none)) throw none
    }
  }
}

function hangUp(sys: Sys, pid: number, master: number): void {
  try {
    sys.kill(-pid, SIGHUP)
    sys.close(master)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

async function onPipes(sys: Sys, wire: Wire, visitor: Visitor, wanted: Wanted): Promise<void> {
  const [input, output, errors] = [sys.pipe(), sys.pipe(), sys.pipe()]
  for (const fd of [input[1], output[0], errors[0]]) sys.setFdFlags(fd, { cloexec: true })
  const pid = await start(
    sys,
    visitor,
    wanted,
    new Map([
      [0, input[0]],
      [1, output[1]],
      [2, errors[1]],
    ]),
  )
  for (const fd of [input[0], output[1], errors[1]]) sys.close(fd)
  let open = true
  const closeInput = (): void => {
    if (open) sys.close(input[1])
    open = false
  }
  void serveInput(wire, {
    data: (bytes) => (open ? writeAll(sys, input[1], bytes) : undefined),
    resize: () => undefined,
    eof: closeInput,
    gone: () => {
      closeInput()
      hangUp(sys, pid, output[0])
    },
  })
  await Promise.all([pump(sys, output[0], wire, MSG.data), pump(sys, errors[0], wire, MSG.extendedData)])
  await reportEnd(wire, await sys.wait(pid))
}

interface Input {
  data(bytes: Uint8Array): Promise<void> | void
  resize(payload: Uint8Array): void
  eof(): void
  gone(): void
}

async function serveInput(wire: Wire, input: Input): Promise<void> {
  for (;;) {
    const frame = await wire.next().catch(lost)
    if (!frame) return input.gone()
    if (frame.type === MSG.windowChange) input.resize(frame.payload)
    else if (frame.type === MSG.eof) input.eof()
    else if (frame.type === MSG.data) await Promise.resolve(input.data(frame.payload)).catch(lost)
  }
}

/** A connection or pipe whose other end is gone. */
function lost(error: unknown): undefined {
  if (!isErrno(error)) throw error
  return undefined
}

/** Until the end, which a terminal without slaves tells by EIO. */
async function pump(sys: Sys, fd: number, wire: Wire, type: number): Promise<void> {
  try {
    for (;;) {
      const bytes = await sys.read(fd, 32_768)
      if (bytes.length === 0) return
      await wire.send(type, bytes)
    }
  } catch (error) {
    lost(error)
  }
}

async function serveForward(sys: Sys, wire: Wire, frame: Frame): Promise<void> {
  const { host, port } = fromJson(frame.payload)
  const [address = String(host)] = await resolveHost(sys, String(host))
  const stream = await dial(sys, inet(address, Number(port)))
  void serveInput(wire, {
    data: (bytes) => writeAll(sys, stream.fd, bytes),
    resize: () => undefined,
    eof: () => stream.shutdown(),
    gone: () => stream.close(),
  })
  await pump(sys, stream.fd, wire, MSG.data)
  await wire.send(MSG.close)
}
