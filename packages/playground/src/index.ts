export type {
  BlockStore,
  Clock,
  Entropy,
  ForeignHost,
  ForeignWorker,
  MaybePromise,
  ByteStream,
  StoredValue,
  Timer,
  WindowSize,
} from '@drydock/abi'
export type * from './rpc.ts'
export { createPlayground, type PlaygroundOptions } from './playground.ts'
export { Session, type SessionOptions } from './session.ts'
export type { Host } from './host.ts'
export type { CommandOptions, CommandOutcome } from './command-run.ts'
export { isEndOfProgram } from '@drydock/kernel'
