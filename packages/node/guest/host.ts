import { systemError } from './errors.ts'

/** The functions that the worker puts into the script's global scope. */
declare function __call(request: string, bytes?: ArrayBuffer | Uint8Array): void
declare function __answer(): string
declare function __answerBytes(): ArrayBuffer | undefined

export interface Failure {
  readonly code: string
  readonly errno: number
  readonly message: string
}
interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: Failure
}
export interface Result {
  readonly value: unknown
  readonly bytes: Uint8Array
}

const NO_BYTES = new Uint8Array(0)

function taken(answer: Answer): Result {
  const buffer = __answerBytes()
  return { value: answer.value, bytes: buffer ? new Uint8Array(buffer) : NO_BYTES }
}

/** Makes a system call and stands still until it is answered. @throws a system error without a call's name */
export function callSync(op: string, args: readonly unknown[] = [], bytes?: Uint8Array): Result {
  __call(JSON.stringify({ op, args, wait: true }), bytes)
  const answer = JSON.parse(__answer()) as Answer
  if (answer.error) throw systemError(answer.error, op, args)
  return taken(answer)
}

type Waiting = {
  resolve: (result: Result) => void
  reject: (error: Error) => void
  op: string
  args: readonly unknown[]
  counted: boolean
}

/** Calls whose answers come as events. */
export class Pending {
  private readonly waiting = new Map<number, Waiting>()
  private nextId = 1_000_000

  /** @param counted whether the script lives on because of it */
  submit(op: string, args: readonly unknown[] = [], bytes?: Uint8Array, counted = true): Promise<Result> {
    const id = this.nextId++
    __call(JSON.stringify({ op, args, id, wait: false }), bytes)
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject, op, args, counted }))
  }

  /** Tells the program something that has no answer. */
  tell(op: string, args: readonly unknown[]): void {
    __call(JSON.stringify({ op, args, id: 0, wait: false }))
  }

  answer(answer: Answer): void {
    const call = this.waiting.get(answer.id)
    this.waiting.delete(answer.id)
    if (!call) return
    if (answer.error) call.reject(systemError(answer.error, call.op, call.args))
    else call.resolve(taken(answer))
  }

  /** Whether the script has to live on for an answer. */
  get alive(): boolean {
    for (const { counted } of this.waiting.values()) if (counted) return true
    return false
  }
}

export const pending = new Pending()
