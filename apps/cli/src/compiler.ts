import { setFlagsFromString } from 'node:v8'

/** Bytes of bytecode; V8's own limit is 920. */
const MOST_INLINED = 200

/**
 * Commands are over in a second or less: half of the processor time of one went into V8's optimizing compiler, most of
 * that into functions it had drawn into others. Loops that go on for long are as fast with little of that.
 */
export function inlineLittle(): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${MOST_INLINED}`)
}
