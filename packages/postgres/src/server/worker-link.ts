import type { Sys } from '@drydock/abi'
import { ForeignInbox } from '@drydock/libc'
import type { Change, FromBackend, ToBackend } from '../protocol.ts'

/** The worker is gone, or what it ran has failed. */
export class BackendFailure extends Error {}

type Answer = Exclude<FromBackend, { kind: 'usage' | 'failed' }>

/** One worker with PostgreSQL's backend in it; asked one thing at a time. */
export class WorkerLink {
  private readonly worker: NonNullable<ReturnType<NonNullable<Sys['foreign']>['spawn']>>
  private readonly sys: Sys
  private waiting: { done(answer: Answer): void; failed(error: Error): void } | undefined
  private heapBytes = 0
  private readonly inbox: ForeignInbox<FromBackend>

  constructor(sys: Sys) {
    if (!sys.foreign) throw new BackendFailure('no workers here to run PostgreSQL in')
    this.sys = sys
    this.worker = sys.foreign.spawn('pglite')
    const broken = (message: string): FromBackend => ({ kind: 'failed', message })
    this.inbox = new ForeignInbox<FromBackend>(sys, this.worker, (message) => this.take(message), broken)
  }

  private take(message: FromBackend): void {
    if (message.kind === 'usage') {
      this.sys.sbrk(message.heapBytes)
      this.heapBytes += message.heapBytes
      this.sys.charge(message.cpuMs)
      return
    }
    const { waiting } = this
    this.waiting = undefined
    if (message.kind === 'failed') waiting?.failed(new BackendFailure(message.message))
    else waiting?.done(message)
  }

  private ask(message: ToBackend): Promise<Answer> {
    return new Promise((done, failed) => {
      this.waiting = { done, failed }
      this.worker.post(message)
    })
  }

  /** @throws BackendFailure */
  async template(): Promise<Extract<Answer, { kind: 'template' }>['files']> {
    const answer = await this.ask({ kind: 'template' })
    return answer.kind === 'template' ? answer.files : []
  }

  /** @throws BackendFailure */
  async open(message: Omit<Extract<ToBackend, { kind: 'open' }>, 'kind'>): Promise<readonly Change[]> {
    const answer = await this.ask({ kind: 'open', ...message })
    return answer.kind === 'opened' ? answer.changes : []
  }

  /** @throws BackendFailure */
  async exec(bytes: Uint8Array): Promise<Extract<Answer, { kind: 'answer' }>> {
    const answer = await this.ask({ kind: 'exec', bytes })
    if (answer.kind !== 'answer') throw new BackendFailure(`unexpected ${answer.kind}`)
    return answer
  }

  /** Ends it in the middle of what it does; who waits for the answer hears of a failure. */
  abort(): void {
    this.close()
    this.inbox.arrive({ kind: 'failed', message: 'terminated' })
  }

  close(): void {
    this.worker.terminate()
    this.sys.sbrk(-this.heapBytes)
    this.heapBytes = 0
  }
}
