import type { Sys } from '@drydock/abi'
import { ForeignInbox } from '@drydock/libc'
import type { FromTables, ToTables } from '../protocol.ts'

/** The worker is gone, or what it ran has failed. */
export class TablesFailure extends Error {}
type Done = Extract<FromTables, { kind: 'done' }>

/** One worker with the tables in it; asked one thing at a time. */
export class WorkerLink {
  private readonly worker: NonNullable<ReturnType<NonNullable<Sys['foreign']>['spawn']>>
  private readonly waiting: { done(answer: Done): void; failed(error: Error): void }[] = []
  private readonly inbox: ForeignInbox<FromTables>

  constructor(sys: Sys) {
    if (!sys.foreign) throw new TablesFailure('no workers here to keep tables in')
    this.worker = sys.foreign.spawn('sqlite')
    const broken = (message: string): FromTables => ({ kind: 'failed', message })
    this.inbox = new ForeignInbox<FromTables>(sys, this.worker, (message) => this.take(message), broken)
  }

  private take(message: FromTables): void {
    const waiting = this.waiting.shift()
    if (message.kind === 'failed') waiting?.failed(new TablesFailure(message.message))
    else if (message.kind === 'done') waiting?.done(message)
  }

  /** @throws TablesFailure */
  ask(message: ToTables): Promise<Done> {
    return new Promise((done, failed) => {
      this.waiting.push({ done, failed })
      this.worker.post(message)
    })
  }

  close(): void {
    this.worker.terminate()
  }
}
