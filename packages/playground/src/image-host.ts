import {
  type Clock,
  type Entropy,
  ENOENT,
  exitStatus,
  isErrno,
  O_RDONLY,
  type Process,
  type Program,
  type ProgramTable,
  type StoredValue,
  type Sys,
} from '@drydock/abi'
import { imageRootEntries } from '@drydock/hub/image-root'
import { Diskfs, Kernel } from '@drydock/kernel'
import { readAll } from '@drydock/libc'
import { placeEntries, writeBytes } from './place-entries.ts'

export interface ImageHostOptions {
  readonly clock: Clock
  readonly entropy: Entropy
  /** All loaded: such a host has no page to wait for. */
  readonly programs: readonly Program[]
  /** `library/debian`. */
  readonly repository: string
  readonly tag: string
  readonly installed?: readonly string[]
  /** Symbolic links besides: path -> target. */
  readonly links?: Readonly<Record<string, string>>
}

export interface CommandRun {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Made when it is not there. */
  readonly cwd: string
  /** Put in place first, with mode 755: path -> text. */
  readonly files: Readonly<Record<string, string>>
}

export interface CommandResult {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

const MEMORY_BYTES = 4 * 1024 ** 3
const CPUS = 4
const HOSTNAME = 'host'

/**
 * A machine whose root is an image's, without engine or network: each command finds it as it was made. What the file
 * system was when it was prepared is kept as records of its disk, from which every run opens a disk of its own.
 */
export class ImageHost {
  private readonly options: ImageHostOptions
  private readonly table: ProgramTable
  private readonly records: ReadonlyMap<string, StoredValue>

  private constructor(options: ImageHostOptions, table: ProgramTable, records: ReadonlyMap<string, StoredValue>) {
    this.options = options
    this.table = table
    this.records = records
  }

  static async prepare(options: ImageHostOptions): Promise<ImageHost> {
    const byName = new Map(options.programs.map((program) => [program.name, program]))
    const table: ProgramTable = { find: (name) => byName.get(name) }
    const disk = Diskfs.open([], options)
    await boot(options, table, disk, ({ sys }) => {
      placeEntries(sys, imageRootEntries(options))
      for (const [path, target] of Object.entries(options.links ?? {})) replaceByLink(sys, path, target)
      return 0
    })
    return new ImageHost(options, table, disk.collect()?.puts ?? new Map<string, StoredValue>())
  }

  /** Runs a command on a fresh machine, to its end; whatever it leaves running goes with the machine. */
  async run(command: CommandRun): Promise<CommandResult> {
    const disk = Diskfs.open(structuredClone(this.records), this.options)
    let result: CommandResult = { stdout: '', stderr: '', exitCode: 128 }
    await boot(this.options, this.table, disk, async ({ sys }) => {
      result = await runCommand(sys, command)
      return 0
    })
    return result
  }
}

/** Resolves when process 1, which is `init`, has ended, and all others with it. */
const boot = (
  { clock, entropy }: ImageHostOptions,
  programs: ProgramTable,
  root: Diskfs,
  init: (process: Process) => Promise<number> | number,
): Promise<number> =>
  new Kernel({ clock, entropy, programs, root, hostname: HOSTNAME, memoryBytes: MEMORY_BYTES, cpus: CPUS }).start(init)

function replaceByLink(sys: Sys, path: string, target: string): void {
  try {
    sys.unlink(path)
  } catch (error) {
    if (error !== ENOENT) throw error
  }
  sys.symlink(target, path)
}

async function runCommand(sys: Sys, { argv, env, cwd, files }: CommandRun): Promise<CommandResult> {
  for (const [path, text] of Object.entries(files)) {
    makeFolder(sys, path.slice(0, path.lastIndexOf('/')))
    writeBytes(sys, path, new TextEncoder().encode(text), 0o755)
  }
  makeFolder(sys, cwd)
  const input = sys.open('/dev/null', O_RDONLY)
  const [output, errors] = [sys.pipe(), sys.pipe()]
  const fds = new Map([
    [0, input],
    [1, output[1]],
    [2, errors[1]],
  ])
  const environment = new Map(Object.entries(env))
  sys.setgroups([])
  const path = findCommand(sys, argv[0] ?? '', env['PATH'] ?? '')
  const pid = await sys.spawn(path, { argv, env: environment, cwd, fds, setsid: true })
  for (const fd of fds.values()) sys.close(fd)
  const written = [drain(sys, output[0]), drain(sys, errors[0])] as const
  const ended = await waitFor(sys, pid)
  killRest(sys)
  const [stdout, stderr] = await Promise.all(written)
  return { stdout, stderr, exitCode: ended }
}

async function drain(sys: Sys, fd: number): Promise<string> {
  const bytes = await readAll(sys, fd)
  return new TextDecoder().decode(bytes)
}

async function waitFor(sys: Sys, wanted: number): Promise<number> {
  for (;;) {
    const result = await sys.wait(-1)
    if (result?.pid === wanted) return exitStatus(result.status)
  }
}

/** What is left holds the pipes open. */
function killRest(sys: Sys): void {
  try {
    sys.kill(-1, 9)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function makeFolder(sys: Sys, path: string): void {
  const parts = path.split('/').filter(Boolean)
  for (const [i] of parts.entries()) {
    try {
      sys.mkdir(`/${parts.slice(0, i + 1).join('/')}`, 0o755)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

function findCommand(sys: Sys, name: string, path: string): string {
  for (const folder of path.split(':')) {
    try {
      sys.stat(`${folder}/${name}`)
      return `${folder}/${name}`
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  throw ENOENT
}
