import { Opaque, type Value } from './values.ts'

/** panic() on its way up. */
export class GoPanic extends Error {
  readonly value: Value
  constructor(value: Value, message: string) {
    super(message)
    this.value = value
  }
}

export const runtimeError = (what: string): GoPanic =>
  new GoPanic(errorValue(`runtime error: ${what}`), `runtime error: ${what}`)

export function errorValue(text: string, wraps?: Value): Opaque {
  return new Opaque('*errors.errorString', { Error: () => text, Unwrap: () => wraps }, text)
}
