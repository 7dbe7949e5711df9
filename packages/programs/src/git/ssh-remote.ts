/** git by ssh: upload-pack and receive-pack of the other machine, in lines of gitprotocol-pack(5), version 0. */
import { isErrno } from '@drydock/abi'
import { searchPath, writeAll } from '@drydock/libc'
import { Fatal } from './fatal.ts'
import type { Objects } from './objects.ts'
import { packOf, unpack } from './pack.ts'
import { flushLine, PacketReader, packetLine } from './packet-line.ts'
import type { Workspace } from './repository.ts'
import { type Advertised, missing, type Refusal, type Remote, type Update } from './remote-objects.ts'

const NONE = '0'.repeat(40)

interface Where {
  readonly host: string
  readonly port: string | undefined
  readonly path: string
}

function whereOf(url: string): Where {
  const [, host = '', port, path = ''] = /^(?:git\+)?ssh:\/\/([^/:]+)(?::(\d+))?(\/.*)$/.exec(url) ?? []
  if (host !== '') return { host, port, path: path.startsWith('/~') ? path.slice(1) : path }
  return { host: url.slice(0, url.indexOf(':')), port: undefined, path: url.slice(url.indexOf(':') + 1) }
}

/** A program on the other machine, its input and output. */
class Conversation {
  readonly reader: PacketReader
  private readonly workspace: Workspace
  private readonly input: number
  private readonly output: number
  private readonly pid: number
  private open = true

  static async open(workspace: Workspace, url: string, service: string): Promise<Conversation> {
    const { sys, process } = workspace
    const { host, port, path } = whereOf(url)
    const [input, output] = [sys.pipe(), sys.pipe()]
    for (const fd of [input[1], output[0]]) sys.setFdFlags(fd, { cloexec: true })
    const given = process.env.get('GIT_SSH_COMMAND') ?? (await workspace.config.get('core.sshcommand'))
    const quoted = `'${path.replaceAll("'", "'\\''")}'`
    const words = [...(port === undefined ? [] : ['-p', port]), host, `${service} ${quoted}`]
    const fds = new Map([
      [0, input[0]],
      [1, output[1]],
      [2, 2],
    ])
    const argv = given === undefined ? ['ssh', ...words] : ['sh', '-c', `${given} "$@"`, given, ...words]
    await workspace.io.out.flush()
    const pid = await sys.spawn(searchPath(sys, argv[0] ?? 'ssh', process.env.get('PATH')), {
      argv,
      env: process.env,
      fds,
    })
    sys.close(input[0])
    sys.close(output[1])
    return new Conversation(workspace, pid, input[1], output[0])
  }

  private constructor(workspace: Workspace, pid: number, input: number, output: number) {
    this.workspace = workspace
    this.pid = pid
    this.input = input
    this.output = output
    this.reader = new PacketReader(workspace.sys, output)
  }

  async send(...parts: readonly Uint8Array[]): Promise<void> {
    try {
      for (const part of parts) await writeAll(this.workspace.sys, this.input, part)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  /** Nothing more comes from here. */
  finish(): void {
    if (this.open) this.workspace.sys.close(this.input)
    this.open = false
  }

  async close(): Promise<void> {
    this.finish()
    this.workspace.sys.close(this.output)
    await this.workspace.sys.wait(this.pid)
  }
}

const LOST =
  'fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.'

export class SshRemote implements Remote {
  readonly isLocal = false
  private readonly workspace: Workspace
  private readonly url: string

  constructor(workspace: Workspace, url: string) {
    this.workspace = workspace
    this.url = url
  }

  private async begin(service: string): Promise<{ talk: Conversation; advertised: Advertised }> {
    const talk = await Conversation.open(this.workspace, this.url, service)
    const rows = await talk.reader.lines()
    if (rows === undefined) {
      await talk.close()
      throw new Fatal(LOST)
    }
    const refs: { name: string; oid: string }[] = []
    let head: string | undefined
    for (const row of rows) {
      const [line = '', capabilities = ''] = row.split('\0')
      head ??= /symref=HEAD:(\S+)/.exec(capabilities)?.[1]
      const [oid = '', name = ''] = line.trimEnd().split(' ')
      if (name !== '' && name !== 'capabilities^{}') refs.push({ oid, name })
    }
    return {
      talk,
      advertised: {
        head,
        headOid: refs.find(({ name }) => name === 'HEAD')?.oid,
        refs: refs.filter(({ name }) => name.startsWith('refs/') && !name.endsWith('^{}')),
      },
    }
  }

  async advertised(): Promise<Advertised> {
    const { talk, advertised } = await this.begin('git-upload-pack')
    await talk.send(flushLine())
    await talk.close()
    return advertised
  }

  async fetch(objects: Objects, wants: readonly string[], haves: readonly string[]): Promise<void> {
    const wanted: string[] = []
    for (const oid of new Set(wants)) if (!(await objects.has(oid))) wanted.push(oid)
    if (wanted.length === 0) return
    const { talk } = await this.begin('git-upload-pack')
    await talk.send(
      ...wanted.map((oid, at) => packetLine(`want ${oid}${at === 0 ? ' ofs-delta agent=git/2.39.5' : ''}\n`)),
      flushLine(),
    )
    await talk.send(...haves.map((oid) => packetLine(`have ${oid}\n`)), packetLine('done\n'))
    talk.finish()
    for (
      let row = await talk.reader.line();
      row !== undefined && !row.startsWith('NAK') && !/^ACK \S+\s*$/.test(row);
      row = await talk.reader.line()
    ) {}
    const pack = await talk.reader.rest()
    await talk.close()
    const count = await unpack(objects, pack)
    await this.workspace.io.warn(
      `remote: Enumerating objects: ${count}, done.        \nremote: Counting objects: 100% (${count}/${count}), done.        \nremote: Total ${count} (delta 0), reused 0 (delta 0), pack-reused 0        \nReceiving objects: 100% (${count}/${count}), done.\n`,
    )
  }

  async push(objects: Objects, updates: readonly Update[], known: readonly string[]): Promise<readonly Refusal[]> {
    const { talk } = await this.begin('git-receive-pack')
    const lines = updates.map(({ before, after, name }, at) =>
      packetLine(`${before ?? NONE} ${after ?? NONE} ${name}${at === 0 ? '\0 report-status agent=git/2.39.5' : ''}`),
    )
    await talk.send(...lines, flushLine())
    const there = new Set<string>()
    for (const oid of known)
      for (const each of await missing(objects, [oid], async (id) => there.has(id))) there.add(each.oid)
    const wants = updates.flatMap(({ after }) => (after === undefined ? [] : [after]))
    if (wants.length > 0) {
      const sent = await missing(objects, wants, async (oid) => there.has(oid))
      await talk.send(packOf(sent))
    }
    talk.finish()
    const rows = (await talk.reader.lines()) ?? []
    await talk.close()
    return updates.map(({ name }) => {
      if (rows.some((row) => row.trimEnd() === `ok ${name}`)) return undefined
      return (
        rows
          .map((row) => new RegExp(`^ng ${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')} (.*)`).exec(row.trimEnd())?.[1])
          .find(Boolean) ?? 'remote end hung up'
      )
    })
  }
}
