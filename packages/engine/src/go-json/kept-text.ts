/** A text in UTF-8, kept for as long as each of the values it was made from is the same. */
export class KeptText {
  private madeFrom: readonly unknown[] = []
  private bytes: Uint8Array | undefined

  /** @param make the text, made from nothing that may change but `values` */
  of(values: readonly unknown[], make: () => string): Uint8Array {
    if (this.bytes !== undefined && sameValues(this.madeFrom, values)) return this.bytes
    this.madeFrom = values
    this.bytes = new TextEncoder().encode(make())
    return this.bytes
  }
}

function sameValues(before: readonly unknown[], now: readonly unknown[]): boolean {
  if (before.length !== now.length) return false
  for (let at = 0; at < now.length; at++) if (before[at] !== now[at]) return false
  return true
}
