/** Protocol Buffers wire format, as far as BuildKit's progress needs it. protobuf.dev/programming-guides/encoding */
const encoder = new TextEncoder()
const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/** Builds one message. Fields with their default value are left out, as proto3 does. */
export class MessageWriter {
  private readonly out: number[] = []

  varint(field: number, value: number): this {
    if (value === 0) return this
    this.tag(field, VARINT)
    return this.raw(value)
  }

  bool(field: number, value: boolean): this {
    return this.varint(field, value ? 1 : 0)
  }

  bytes(field: number, value: Uint8Array): this {
    if (value.length === 0) return this
    this.tag(field, BYTES)
    this.raw(value.length)
    for (const byte of value) this.out.push(byte)
    return this
  }

  text(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value))
  }

  /** A message inside: written even when it is empty. */
  message(field: number, inner: MessageWriter | undefined): this {
    if (!inner) return this
    this.tag(field, BYTES)
    this.raw(inner.out.length)
    for (const byte of inner.out) this.out.push(byte)
    return this
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.out)
  }

  private tag(field: number, type: number): void {
    this.raw(field * 8 + type)
  }

  private raw(value: number): this {
    let rest = Math.floor(value)
    while (rest >= 128) {
      this.out.push((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    this.out.push(rest)
    return this
  }
}

export interface Field {
  readonly number: number
  /** Of varints; NaN for others. */
  readonly value: number
  /** Of texts, bytes and messages; empty for others. */
  readonly bytes: Uint8Array
}

/** The fields of a message in order. A message that is cut short ends early. */
export function* readFields(bytes: Uint8Array): Generator<Field, void, void> {
  let at = 0
  const varint = (): number => {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = bytes[at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const [number, type] = [Math.floor(tag / 8), tag % 8]
    if (type === VARINT) yield { number, value: varint(), bytes: bytes.subarray(0, 0) }
    else if (type === BYTES) {
      const length = varint()
      yield { number, value: Number.NaN, bytes: bytes.subarray(at, at + length) }
      at += length
    } else at += type === FIXED64 ? 8 : type === FIXED32 ? 4 : bytes.length
  }
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
