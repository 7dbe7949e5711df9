/** One line of configuration, or a section with what is in it. */
export interface Directive {
  /** As written: `ServerName`, `<Directory`. */
  readonly name: string
  /** The name in lower case. */
  readonly key: string
  /** All behind the name, of a section without the closing `>`. */
  readonly raw: string
  readonly args: readonly string[]
  readonly file: string
  readonly line: number
  readonly block: readonly Directive[] | undefined
}

const NOTHING: readonly Directive[] = []

/** The plain directives of one section: what is merged with those of others. */
export class Layer {
  readonly directives: readonly Directive[]
  /** The folder that the section is for, with a slash at its end; of use to RewriteBase. */
  readonly folder: string | undefined
  /** The path of a Location. */
  readonly location: string | undefined
  private readonly index = new Map<string, Directive[]>()

  constructor(directives: readonly Directive[], place: { readonly folder?: string; readonly location?: string } = {}) {
    this.directives = directives
    this.folder = place.folder
    this.location = place.location
    for (const each of directives) this.index.set(each.key, [...(this.index.get(each.key) ?? []), each])
  }

  all(key: string): readonly Directive[] {
    return this.index.get(key) ?? NOTHING
  }

  has(key: string): boolean {
    return this.index.has(key)
  }
}

/** What is in force for a request: sections on top of one another, the last having the last word. */
export class Settings {
  readonly layers: readonly Layer[]

  constructor(layers: readonly Layer[]) {
    this.layers = layers
  }

  with(...layers: readonly Layer[]): Settings {
    return layers.length === 0 ? this : new Settings([...this.layers, ...layers])
  }

  last(key: string): Directive | undefined {
    return this.layers
      .findLast((layer) => layer.has(key))
      ?.all(key)
      .at(-1)
  }

  word(key: string): string | undefined {
    return this.last(key)?.args[0]
  }

  on(key: string, otherwise = false): boolean {
    const word = this.word(key)
    return word === undefined ? otherwise : word.toLowerCase() === 'on'
  }

  all(key: string): readonly Directive[] {
    return this.layers.flatMap((layer) => layer.all(key))
  }

  /** The section that replaces what others say of these directives. */
  lastLayer(...keys: readonly string[]): Layer | undefined {
    return this.layers.findLast((layer) => keys.some((key) => layer.has(key)))
  }
}
