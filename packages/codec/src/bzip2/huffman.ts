interface Node {
  readonly weight: number
  readonly symbols: readonly number[]
}

/** Lengths of Huffman codes, none above `most`; each symbol has one, even when it never comes. */
export function codeLengths(counts: readonly number[], most: number): number[] {
  for (let weights = counts.map((count) => Math.max(1, count)); ; ) {
    const lengths = lengthsFor(weights)
    if (Math.max(...lengths) <= most) return lengths
    // Flatter weights make shorter codes.
    weights = weights.map((weight) => 1 + (weight >> 1))
  }
}

function lengthsFor(weights: readonly number[]): number[] {
  const lengths = new Array<number>(weights.length).fill(0)
  const leaves: Node[] = weights.map((weight, symbol) => ({ weight, symbols: [symbol] }))
  leaves.sort((a, b) => a.weight - b.weight)
  const joined: Node[] = []
  const lightest = (): Node => {
    const [a, b] = [leaves[0], joined[0]]
    const taken = !b || (a && a.weight <= b.weight) ? leaves.shift() : joined.shift()
    return taken ?? { weight: 0, symbols: [] }
  }
  while (leaves.length + joined.length > 1) {
    const [a, b] = [lightest(), lightest()]
    const symbols = [...a.symbols, ...b.symbols]
    for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1
    joined.push({ weight: a.weight + b.weight, symbols })
  }
  return lengths
}
