/** How one talks to an agent: draft-miller-ssh-agent. */
import { isErrno, type Sys, unix } from '@drydock/abi'
import { concat, dial, writeAll } from '@drydock/libc'
import { LengthFramed } from '../length-framed.ts'
import { type KeyPair, privatePart, Reader, string } from './keys.ts'

export const AGENT = {
  failure: 5,
  success: 6,
  requestIdentities: 11,
  identities: 12,
  sign: 13,
  signed: 14,
  add: 17,
  remove: 18,
  removeAll: 19,
  addConstrained: 25,
} as const

export interface AgentKey {
  readonly blob: Uint8Array
  readonly comment: string
}

export function agentMessage(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat([Uint8Array.of(type), ...parts])
  const head = new Uint8Array(4)
  new DataView(head.buffer).setUint32(0, body.length)
  return concat([head, body])
}

const LARGEST = 262_144

/** Messages, one after the other. */
export const agentStream = (sys: Sys, fd: number): LengthFramed => new LengthFramed(sys, fd, LARGEST)

const uint32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** The agent that SSH_AUTH_SOCK names. */
export class Agent {
  private readonly sys: Sys
  private readonly path: string

  /** @returns undefined where none is named, or nobody listens */
  static async open(sys: Sys, env: ReadonlyMap<string, string>): Promise<Agent | undefined> {
    const path = env.get('SSH_AUTH_SOCK')
    if (!path) return undefined
    const agent = new Agent(sys, path)
    return (await agent.ask(AGENT.requestIdentities)) === undefined ? undefined : agent
  }
  private constructor(sys: Sys, path: string) {
    this.sys = sys
    this.path = path
  }

  private async ask(type: number, ...parts: readonly Uint8Array[]): Promise<Uint8Array | undefined> {
    try {
      const stream = await dial(this.sys, unix(this.path))
      await writeAll(this.sys, stream.fd, agentMessage(type, ...parts))
      const answer = await agentStream(this.sys, stream.fd).next()
      stream.close()
      return answer
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }
  private async done(type: number, ...parts: readonly Uint8Array[]): Promise<boolean> {
    return (await this.ask(type, ...parts))?.[0] === AGENT.success
  }

  async keys(): Promise<AgentKey[]> {
    const answer = await this.ask(AGENT.requestIdentities)
    if (answer?.[0] !== AGENT.identities) return []
    const reader = new Reader(answer.subarray(1))
    return Array.from({ length: reader.uint32() }, () => ({
      blob: Uint8Array.from(reader.string()),
      comment: reader.text(),
    }))
  }
  /** @param seconds  how long the agent keeps it; for ever without */
  add(key: KeyPair, seconds?: number): Promise<boolean> {
    const body = [privatePart(key), string(key.comment)]
    return seconds === undefined
      ? this.done(AGENT.add, ...body)
      : this.done(AGENT.addConstrained, ...body, Uint8Array.of(1), uint32(seconds))
  }
  remove(blob: Uint8Array): Promise<boolean> {
    return this.done(AGENT.remove, string(blob))
  }
  removeAll(): Promise<boolean> {
    return this.done(AGENT.removeAll)
  }
  async sign(blob: Uint8Array, message: Uint8Array): Promise<Uint8Array | undefined> {
    const answer = await this.ask(AGENT.sign, string(blob), string(message), uint32(0))
    if (answer?.[0] !== AGENT.signed) return undefined
    const signature = new Reader(new Reader(answer.subarray(1)).string())
    signature.text()
    return Uint8Array.from(signature.string())
  }
}
