import type { Sys, Timer } from '@drydock/abi'
import { ifExists, makeDirectories, readText, replaceFile } from '../state/files.ts'

/** When a certificate has lived for so much of its time its node asks for another. swarmkit ca.calculateRandomExpiry */
const RENEW_AT = 0.65
/** What setTimeout can wait for. */
const MOST_MS = 2 ** 31 - 1
const RETRY_MS = 2000

/** What a node is to be certified as; another one is asked for when any of it changes. */
export interface Wanted {
  /** PEM of the authority. */
  readonly root: string
  readonly role: 'manager' | 'worker'
}

/** Signs a request on the leader. @returns undefined where the swarm has no authority @throws (rejects) Problem, SwarmError */
export type AskLeader = (request: string) => Promise<string | null | undefined>

/** A node's certificate and its key, below the data root. swarmkit ca.SecurityConfig */
export class NodeCertificate {
  private readonly sys: Sys
  private readonly folder: string
  private readonly ask: AskLeader
  private wanted: Wanted | undefined
  private renewal: Timer | undefined
  private busy = false

  constructor(sys: Sys, root: string, ask: AskLeader) {
    this.sys = sys
    this.folder = `${root}/swarm/certificates`
    this.ask = ask
  }

  /** Sees to it that there is one. */
  async want(wanted: Wanted): Promise<void> {
    const { root, role } = this.wanted ?? {}
    if (root === wanted.root && role === wanted.role) return
    this.wanted = wanted
    this.renewal?.cancel()
    const known = await this.known()
    if (known?.root === wanted.root && known.role === wanted.role) return this.plan(known.leftMs)
    await this.renew()
  }

  stop(): void {
    this.renewal?.cancel()
    this.wanted = undefined
  }

  /** What lies on disk from before. */
  private async known(): Promise<(Wanted & { readonly leftMs: number }) | undefined> {
    const [root, own] = ['swarm-root-ca.crt', 'swarm-node.crt'].map((name) =>
      ifExists(() => readText(this.sys, `${this.folder}/${name}`)),
    )
    if (root === undefined || own === undefined) return undefined
    const { certificateIn, roleOf } = await import('./certificates.ts')
    const found = certificateIn(own)
    const role = found && roleOf(found)
    if (!role) return undefined
    const { notBeforeMs, notAfterMs } = found
    const leftMs = notBeforeMs + (notAfterMs - notBeforeMs) * RENEW_AT - this.sys.clock.now()
    return { root, role, leftMs }
  }

  /** Asks as long as nobody leads. */
  private async renew(): Promise<void> {
    if (this.busy) return
    this.busy = true
    try {
      for (let { wanted } = this; wanted; wanted = this.wanted === wanted ? undefined : this.wanted)
        await this.obtain(wanted)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.plan(RETRY_MS)
    } finally {
      this.busy = false
    }
  }

  private async obtain({ root }: Wanted): Promise<void> {
    const { askForCertificate } = await import('./certificates.ts')
    const { key, request } = askForCertificate((length) => this.sys.entropy.bytes(length))
    const certificate = await this.ask(request)
    if (!certificate) return
    makeDirectories(this.sys, this.folder, 0o755)
    replaceFile(this.sys, `${this.folder}/swarm-root-ca.crt`, root, 0o644)
    replaceFile(this.sys, `${this.folder}/swarm-node.key`, key, 0o600)
    replaceFile(this.sys, `${this.folder}/swarm-node.crt`, certificate, 0o644)
    this.plan((await this.known())?.leftMs ?? MOST_MS)
  }

  private plan(ms: number): void {
    this.renewal?.cancel()
    this.renewal = this.sys.clock.after(Math.min(Math.max(ms, 0), MOST_MS), () => void this.renew())
  }
}
