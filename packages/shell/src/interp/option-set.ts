/** Names of `set -o` that are on. Those that are asked for with every command can be read without a look into the set. */
export class OptionSet extends Set<string> {
  noexec = false
  xtrace = false
  allexport = false

  constructor(names: Iterable<string>) {
    super()
    for (const name of names) this.add(name)
  }

  override add(name: string): this {
    this.note(name, true)
    return super.add(name)
  }

  override delete(name: string): boolean {
    this.note(name, false)
    return super.delete(name)
  }

  override clear(): void {
    for (const name of this) this.delete(name)
  }

  private note(name: string, on: boolean): void {
    if (name === 'noexec') this.noexec = on
    else if (name === 'xtrace') this.xtrace = on
    else if (name === 'allexport') this.allexport = on
  }
}
