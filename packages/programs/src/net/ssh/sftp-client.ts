/** The asking side of SFTP. */
import { isErrno, type Sys } from '@drydock/abi'
import { type Attributes, Fields, FXP, OPEN, Packet, type SftpStream, STATUS, STATUS_WORDS } from './sftp-protocol.ts'

/** The server said no. */
export class SftpFailure extends Error {
  readonly code: number
  constructor(code: number) {
    super(STATUS_WORDS[code] ?? 'Failure')
    this.code = code
  }
}
/** The connection is gone. */
export class SftpClosed extends Error {}

export interface RemoteName {
  readonly name: string
  readonly attributes: Attributes
}

const CHUNK = 32_768

export class SftpClient {
  private id = 0
  private readonly stream: SftpStream
  constructor(stream: SftpStream) {
    this.stream = stream
  }

  /** @returns the version that both speak; undefined where nobody answers */
  async begin(): Promise<number | undefined> {
    try {
      await this.stream.send(new Packet(FXP.init).uint32(3))
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
    const fields = await this.stream.next()
    return fields?.byte() === FXP.version ? fields.uint32() : undefined
  }

  private async ask(type: number, build: (packet: Packet) => Packet): Promise<{ type: number; fields: Fields }> {
    try {
      await this.stream.send(build(new Packet(type, this.id++)))
    } catch (error) {
      if (isErrno(error)) throw new SftpClosed()
      throw error
    }
    const fields = await this.stream.next()
    if (!fields) throw new SftpClosed()
    const answer = fields.byte()
    fields.uint32()
    if (answer === FXP.status) {
      const code = fields.uint32()
      if (code !== STATUS.ok) throw new SftpFailure(code)
    }
    return { type: answer, fields }
  }

  async realPath(path: string): Promise<string> {
    const { fields } = await this.ask(FXP.realpath, (packet) => packet.string(path))
    fields.uint32()
    return fields.string()
  }
  async attributes(path: string, follow = true): Promise<Attributes> {
    return (await this.ask(follow ? FXP.stat : FXP.lstat, (packet) => packet.string(path))).fields.attributes()
  }
  /** @returns undefined where nothing is */
  async find(path: string, follow = true): Promise<Attributes | undefined> {
    try {
      return await this.attributes(path, follow)
    } catch (error) {
      if (error instanceof SftpFailure) return undefined
      throw error
    }
  }
  async list(path: string): Promise<RemoteName[]> {
    const handle = (await this.ask(FXP.opendir, (packet) => packet.string(path))).fields.data()
    const names: RemoteName[] = []
    try {
      for (;;) {
        const { fields } = await this.ask(FXP.readdir, (packet) => packet.string(handle))
        for (let count = fields.uint32(); count > 0; count--) {
          const name = fields.string()
          fields.string()
          names.push({ name, attributes: fields.attributes() })
        }
      }
    } catch (error) {
      if (!(error instanceof SftpFailure) || error.code !== STATUS.eof) throw error
    }
    await this.ask(FXP.close, (packet) => packet.string(handle))
    return names
  }

  private async open(path: string, flags: number, mode?: number): Promise<Uint8Array> {
    return (
      await this.ask(FXP.open, (packet) =>
        packet
          .string(path)
          .uint32(flags)
          .attributes(mode === undefined ? {} : { mode }),
      )
    ).fields.data()
  }
  async *read(path: string, from = 0): AsyncGenerator<Uint8Array, void, void> {
    const handle = await this.open(path, OPEN.read)
    try {
      for (let at = from; ; ) {
        const bytes = (
          await this.ask(FXP.read, (packet) => packet.string(handle).uint64(at).uint32(CHUNK))
        ).fields.data()
        at += bytes.length
        yield bytes
      }
    } catch (error) {
      if (!(error instanceof SftpFailure) || error.code !== STATUS.eof) throw error
    } finally {
      await this.ask(FXP.close, (packet) => packet.string(handle))
    }
  }
  /** Copies a local file there. */
  async write(sys: Sys, fd: number, path: string, mode: number, from = 0): Promise<number> {
    const handle = await this.open(path, OPEN.write | OPEN.create | (from > 0 ? 0 : OPEN.truncate), mode)
    let at = from
    try {
      for (let bytes = await sys.read(fd, CHUNK); bytes.length > 0; bytes = await sys.read(fd, CHUNK)) {
        await this.ask(FXP.write, (packet) => packet.string(handle).uint64(at).string(bytes))
        at += bytes.length
      }
    } finally {
      await this.ask(FXP.close, (packet) => packet.string(handle))
    }
    return at
  }

  async change(path: string, attributes: Attributes): Promise<void> {
    await this.ask(FXP.setstat, (packet) => packet.string(path).attributes(attributes))
  }
  async mkdir(path: string, mode = 0o777): Promise<void> {
    await this.ask(FXP.mkdir, (packet) => packet.string(path).attributes({ mode }))
  }
  async one(type: number, path: string): Promise<void> {
    await this.ask(type, (packet) => packet.string(path))
  }
  async rename(from: string, to: string): Promise<void> {
    await this.ask(FXP.extended, (packet) => packet.string('posix-rename@openssh.com').string(from).string(to))
  }
  async link(from: string, to: string): Promise<void> {
    await this.ask(FXP.extended, (packet) => packet.string('hardlink@openssh.com').string(from).string(to))
  }
  async symlink(target: string, path: string): Promise<void> {
    await this.ask(FXP.symlink, (packet) => packet.string(target).string(path))
  }
  /** Block size, blocks, free and available ones. */
  async space(path: string): Promise<number[]> {
    const { fields } = await this.ask(FXP.extended, (packet) => packet.string('statvfs@openssh.com').string(path))
    return Array.from({ length: 11 }, () => fields.uint64())
  }
}
