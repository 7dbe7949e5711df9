/** JSON of values that never change, kept for as long as they live. */
export class KnownJson {
  private readonly texts = new WeakMap<object, string>()

  /** @param shown what stands for `value` in the text, made from it alone */
  of(value: object, shown: unknown = value): string {
    const known = this.texts.get(value)
    if (known !== undefined) return known
    const text = JSON.stringify(shown)
    this.texts.set(value, text)
    return text
  }
}
