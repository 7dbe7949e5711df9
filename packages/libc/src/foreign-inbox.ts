import { isErrno, type Sys } from '@drydock/abi'

type ForeignWorker = NonNullable<ReturnType<NonNullable<Sys['foreign']>['spawn']>>

/** Messages of a worker that runs foreign code come between the program's turns: a pipe brings them into one. */
export class ForeignInbox<Message> {
  private readonly sys: Sys
  private readonly worker: ForeignWorker
  private readonly take: (message: Message) => void
  private readonly wake: readonly [read: number, write: number]
  private readonly arrived: Message[] = []

  /** @param broken  what an error of the worker is as a message */
  constructor(sys: Sys, worker: ForeignWorker, take: (message: Message) => void, broken: (text: string) => Message) {
    this.sys = sys
    this.worker = worker
    this.take = take
    this.wake = sys.pipe()
    worker.onMessage((message) => this.arrive(message as Message))
    worker.onError((text) => this.arrive(broken(text)))
    void this.listen()
  }

  arrive(message: Message): void {
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
}
