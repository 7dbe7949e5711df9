/** A shell or command on the other side, seen from here: keys and standard input out, what it prints in. */
import { isErrno, rawTermios, SIGWINCH, type Sys } from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import { isTerminal } from '../../text/terminal.ts'
import { fromJson, MSG, type SessionRequest, toJson, type Wire } from './wire.ts'

export interface ClientSession {
  readonly sys: Sys
  readonly wire: Wire
  readonly request: SessionRequest
  /** -n: standard input is not read. */
  readonly noInput: boolean
}

export interface SessionEnd {
  /** undefined: the connection was lost, or left by `~.` */
  readonly status: number | undefined
  readonly escaped: boolean
}

const ESCAPE_HELP = `~?\r
Supported escape sequences:\r
 ~.   - terminate connection (and any multiplexed sessions)\r
 ~?   - this message\r
 ~~   - send the escape character by typing it twice\r
(Note that escapes are only recognized immediately after newline.)\r
`

/** Watches what is typed for `~` at the start of a line. ssh(1), "ESCAPE CHARACTERS". */
class Escapes {
  private fresh = true
  private pending = false

  /** @returns what goes to the other side */
  filter(bytes: Uint8Array): { send: Uint8Array; quit: boolean; help: boolean } {
    const out: number[] = []
    let help = false
    for (const byte of bytes) {
      if (this.pending) {
        this.pending = false
        if (byte === 0x2e) return { send: Uint8Array.from(out), quit: true, help }
        if (byte === 0x3f) {
          help = true
          continue
        }
        if (byte !== 0x7e) out.push(0x7e)
      } else if (this.fresh && byte === 0x7e) {
        this.pending = true
        continue
      }
      this.fresh = byte === 13 || byte === 10
      out.push(byte)
    }
    return { send: Uint8Array.from(out), quit: false, help }
  }
}

export async function runSession({ sys, wire, request, noInput }: ClientSession): Promise<SessionEnd> {
  const saved = request.pty && isTerminal(sys, 0) ? sys.tcgetattr(0) : undefined
  await wire.send(MSG.open, toJson(request))
  if (saved) sys.tcsetattr(0, rawTermios(saved))
  if (request.pty)
    sys.sigaction(SIGWINCH, () => void wire.send(MSG.windowChange, toJson(sys.getWindowSize(0))), { restart: true })
  try {
    const input = noInput
      ? wire.send(MSG.eof).then(() => false)
      : sendInput(sys, wire, saved ? new Escapes() : undefined)
    const escaped = input.then((quit) =>
      quit ? { status: undefined, escaped: true } : new Promise<never>(() => undefined),
    )
    return await Promise.race([receive(sys, wire), escaped])
  } finally {
    if (saved) sys.tcsetattr(0, saved)
  }
}

/** @returns whether the user left by `~.` */
async function sendInput(sys: Sys, wire: Wire, escapes: Escapes | undefined): Promise<boolean> {
  try {
    for (;;) {
      const bytes = await sys.read(0, 32_768)
      if (bytes.length === 0) break
      const { send, quit, help } = escapes?.filter(bytes) ?? { send: bytes, quit: false, help: false }
      if (send.length > 0) await wire.send(MSG.data, send)
      if (help) await writeAll(sys, 2, new TextEncoder().encode(ESCAPE_HELP))
      if (quit) return true
    }
    await wire.send(MSG.eof)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  return false
}

async function receive(sys: Sys, wire: Wire): Promise<SessionEnd> {
  let status: number | undefined
  for (;;) {
    const frame = await nextFrame(wire)
    if (!frame || frame.type === MSG.close) return { status, escaped: false }
    if (frame.type === MSG.data) await writeAll(sys, 1, frame.payload)
    else if (frame.type === MSG.extendedData) await writeAll(sys, 2, frame.payload)
    else if (frame.type === MSG.exitStatus) {
      const { code } = fromJson(frame.payload)
      // A command that died of a signal ends ssh with 255, ssh(1).
      status = typeof code === 'number' ? code : 255
    }
  }
}

async function nextFrame(wire: Wire): ReturnType<Wire['next']> {
  try {
    return await wire.next()
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
