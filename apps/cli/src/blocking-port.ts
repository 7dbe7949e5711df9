import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'

/** A thread's port; the other side counts `counter` up and wakes it after each message that it posts. */
export class BlockingPort {
  private readonly port: MessagePort
  private readonly counter: Int32Array

  constructor({ port, counter }: { readonly port: MessagePort; readonly counter: Int32Array }) {
    this.port = port
    this.counter = counter
  }

  readonly post = (message: unknown): void => this.port.postMessage(message)

  readonly onMessage = (handler: (message: never) => void): void =>
    void this.port.on('message', (message) => handler(message as never))

  /** The next message, for which the thread stands still. */
  readonly receiveBlocking = (): never => this.poll(true)

  /** The next message; undefined when there is none and the thread shall not `wait`. */
  readonly poll = (wait = false): never => {
    for (;;) {
      const before = Atomics.load(this.counter, 0)
      const received = receiveMessageOnPort(this.port)
      if (received || !wait) return received?.message as never
      Atomics.wait(this.counter, 0, before)
    }
  }
}
