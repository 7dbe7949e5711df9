import { isErrno, type Sys } from '@drydock/abi'
import type { FromTables, ToTables } from '../protocol.ts'

/** The worker is gone, or what it ran has failed. */
export class TablesFailure extends Error {}
type Done = Extract<FromTables, { kind: 'done' }>

/** One worker with the tables in it; asked one thing at a time. */
export class WorkerLink {
  private readonly worker: NonNullable<ReturnType<NonNullable<Sys['foreign']>['spawn']>>
  private readonly sys: Sys
  private readonly waiting: { done(answer: Done): void; failed(error: Error): void }[] = []
  private readonly wake: readonly [read: number, write: number]
  private arrived: FromTables[] = []

  constructor(sys: Sys) {
    if (!sys.foreign) throw new TablesFailure('no workers here to keep tables in')
    this.sys = sys
    this.worker = sys.foreign.spawn('sqlite')
    this.wake = sys.pipe()
    this.worker.onMessage((message) => this.arrive(message as FromTables))
    this.worker.onError((text) => this.arrive({ kind: 'failed', message: text }))
    void this.listen()
  }

  /** Messages come between the program's turns: a pipe brings them into one. */
  private arrive(message: FromTables): void {
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
