import { isErrno, type Sys } from '@drydock/abi'
import type { Change, FromBackend, ToBackend } from '../protocol.ts'

/** The worker is gone, or what it ran has failed. */
export class BackendFailure extends Error {}

type Answer = Exclude<FromBackend, { kind: 'usage' | 'failed' }>

/** One worker with PostgreSQL's backend in it; asked one thing at a time. */
export class WorkerLink {
  private readonly worker: NonNullable<ReturnType<NonNullable<Sys['foreign']>['spawn']>>
  private readonly sys: Sys
  private waiting: { done(answer: Answer): void; failed(error: Error): void } | undefined
  private readonly wake: readonly [read: number, write: number]
  private arrived: FromBackend[] = []

  constructor(sys: Sys) {
    if (!sys.foreign) throw new BackendFailure('no workers here to run PostgreSQL in')
    this.sys = sys
    this.worker = sys.foreign.spawn('pglite')
    this.wake = sys.pipe()
    this.worker.onMessage((message) => this.arrive(message as FromBackend))
    this.worker.onError((text) => this.arrive({ kind: 'failed', message: text }))
    void this.listen()
  }

  /** Messages come between the program's turns: a pipe brings them into one. */
  private arrive(message: FromBackend): void {
    this.arrived.push(message)
    try {
      void this.sys.write(this.wake[1], Uint8Array.of(1))
    } catch (error) {
      if (!isErrno(error)) this.worker.terminate()
    }
  }

  private async listen(): Promise<void> {
    for (;;) {
      try {
        await this.sys.read(this.wake[0], 256)
      } catch (error) {
        if (!isErrno(error)) throw error
      }
      for (const message of this.arrived.splice(0)) this.take(message)
    }
  }

  private take(message: FromBackend): void {
    if (message.kind === 'usage') {
      this.sys.sbrk(message.heapBytes)
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
    this.worker.terminate()
    this.arrive({ kind: 'failed', message: 'terminated' })
  }

  close(): void {
    this.worker.terminate()
  }
}
