/** Lines of history drawn in front of commits: --graph, column by column as git draws them. */
import type { Commit } from './objects.ts'

type State = 'padding' | 'skip' | 'pre-commit' | 'commit' | 'post-merge' | 'collapsing'

interface Column {
  readonly commit: string
  readonly colour: number
}

const COLOURS = ['31', '32', '33', '34', '35', '36', '1;31', '1;32', '1;33', '1;34', '1;35', '1;36']

export class Graph {
  private commit: Commit | undefined
  private parents: readonly string[] = []
  private columns: Column[] = []
  private newColumns: Column[] = []
  private mapping: number[] = []
  private oldMapping: number[] = []
  private width = 0
  private expansion = 0
  private state: State = 'padding'
  private previous: State = 'padding'
  private at = 0
  private previousAt = 0
  private layout = 0
  private added = 0
  private previousAdded = 0
  private colour = COLOURS.length - 1
  private readonly coloured: boolean
  private readonly shown: ReadonlySet<string>
  private readonly firstParent: boolean
  private readonly mark: (commit: Commit) => string

  /** @param shown  commits that will be drawn: no line leads to others */
  constructor(coloured: boolean, shown: ReadonlySet<string>, firstParent: boolean, mark: (commit: Commit) => string) {
    this.coloured = coloured
    this.shown = shown
    this.firstParent = firstParent
    this.mark = mark
  }

  update(commit: Commit): void {
    this.commit = commit
    const parents = this.firstParent ? commit.parents.slice(0, 1) : commit.parents
    this.parents = parents.filter((each) => this.shown.has(each))
    this.previousAt = this.at
    this.updateColumns()
    this.expansion = 0
    if (this.state !== 'padding') this.state = 'skip'
    else this.state = this.needsPreCommit ? 'pre-commit' : 'commit'
  }

  private get dashedParents(): number {
    return this.parents.length + this.layout - 3
  }
  private get needsPreCommit(): boolean {
    return this.parents.length >= 3 && this.at < this.columns.length - 1 && this.expansion < this.dashedParents * 2
  }
  get isFinished(): boolean {
    return this.state === 'padding'
  }

  private newColumn(commit: string): number {
    return this.newColumns.findIndex((each) => each.commit === commit)
  }

  private updateColumns(): void {
    this.columns = this.newColumns
    this.newColumns = []
    this.mapping = Array.from({ length: 2 * (this.columns.length + this.parents.length) }, () => -1)
    this.width = 0
    this.previousAdded = this.added
    this.added = 0
    const own = this.commit?.oid ?? ''
    const known = this.columns.some(({ commit }) => commit === own)
    const all = known ? this.columns.map(({ commit }) => commit) : [...this.columns.map(({ commit }) => commit), own]
    for (const [index, commit] of all.entries()) {
      if (commit !== own) {
        this.insert(commit, -1)
        continue
      }
      this.at = index
      this.layout = -1
      for (const parent of this.parents) {
        if (this.parents.length > 1 || !known) this.colour = (this.colour + 1) % COLOURS.length
        this.insert(parent, index)
      }
      if (this.parents.length === 0) this.width += 2
    }
    while (this.mapping.length > 1 && (this.mapping.at(-1) ?? -1) < 0) this.mapping.pop()
  }

  private insert(commit: string, index: number): void {
    let column = this.newColumn(commit)
    if (column < 0) {
      const colour = this.columns.find((each) => each.commit === commit)?.colour ?? this.colour
      column = this.newColumns.push({ commit, colour }) - 1
    }
    let place: number
    if (this.parents.length > 1 && index > -1 && this.layout === -1) {
      const distance = index - column
      const shift = distance > 1 ? 2 * distance - 3 : 1
      this.layout = distance > 0 ? 0 : 1
      this.added = this.parents.length + this.layout - 2
      place = this.width + (this.layout - 1) * shift
      this.width += 2 * this.layout
    } else if (this.added > 0 && column === this.mapping[this.width - 2]) {
      place = this.width - 2
      this.added = -1
    } else {
      place = this.width
      this.width += 2
    }
    this.mapping[place] = column
  }

  private go(state: State): void {
    this.previous = this.state
    this.state = state
  }

  private column(column: Column | undefined, char: string): string {
    return this.coloured && column ? `\x1b[${COLOURS[column.colour]}m${char}\x1b[m` : char
  }

  private get isInPlace(): boolean {
    return this.mapping.every((target, at) => target < 0 || target === Math.floor(at / 2))
  }

  /** @returns the next piece to stand before a line, and whether the commit's own line has come */
  next(): { text: string; isCommit: boolean } {
    const isCommit = this.state === 'commit'
    const draw: Readonly<Record<State, () => Cells>> = {
      padding: () => this.paddingLine(),
      skip: () => this.skipLine(),
      'pre-commit': () => this.preCommitLine(),
      commit: () => this.commitLine(),
      'post-merge': () => this.postMergeLine(),
      collapsing: () => this.collapsingLine(),
    }
    return { text: draw[this.state]().padded(this.width), isCommit }
  }

  /** Before further lines of a commit's text. */
  padding(): string {
    if (this.state !== 'commit') return this.next().text
    const cells = new Cells()
    for (const column of this.columns) {
      cells.add(this.column(column, '|'), 1)
      const gap = column.commit === this.commit?.oid && this.parents.length > 2 ? (this.parents.length - 2) * 2 : 1
      cells.add(' '.repeat(gap), gap)
    }
    this.previous = 'padding'
    return cells.padded(this.width)
  }

  private paddingLine(): Cells {
    const cells = new Cells()
    for (const column of this.newColumns) cells.add(`${this.column(column, '|')} `, 2)
    return cells
  }
  private skipLine(): Cells {
    const cells = new Cells()
    cells.add('...', 3)
    this.go(this.needsPreCommit ? 'pre-commit' : 'commit')
    return cells
  }

  private preCommitLine(): Cells {
    const cells = new Cells()
    let seen = false
    for (const [index, column] of this.columns.entries()) {
      if (column.commit === this.commit?.oid) {
        seen = true
        cells.add(this.column(column, '|') + ' '.repeat(this.expansion), 1 + this.expansion)
      } else if (seen && (this.expansion > 0 || (this.previous === 'post-merge' && this.previousAt < index)))
        cells.add(this.column(column, '\\'), 1)
      else cells.add(this.column(column, '|'), 1)
      cells.add(' ', 1)
    }
    this.expansion++
    if (!this.needsPreCommit) this.go('commit')
    return cells
  }

  /** Columns, and the commit behind them where it is in none. */
  private *places(): Generator<[number, Column | undefined, boolean]> {
    let seen = false
    for (const [index, column] of this.columns.entries()) {
      const own = column.commit === this.commit?.oid
      seen ||= own
      yield [index, column, own]
    }
    if (!seen) yield [this.columns.length, undefined, true]
  }

  private commitLine(): Cells {
    const cells = new Cells()
    let seen = false
    for (const [index, column, own] of this.places()) {
      if (own) {
        seen = true
        cells.add(this.commit ? this.mark(this.commit) : '*', 1)
        if (this.parents.length > 2) this.octopus(cells)
      } else {
        const char = this.commitEdge(index, seen)
        cells.add(this.column(column, char), 1)
      }
      cells.add(' ', 1)
    }
    this.go(this.parents.length > 1 ? 'post-merge' : this.isInPlace ? 'padding' : 'collapsing')
    return cells
  }

  private commitEdge(index: number, seen: boolean): string {
    if (seen && this.added > 1) return '\\'
    if (seen && this.added === 1)
      return this.previous === 'post-merge' && this.previousAdded > 0 && this.previousAt < index ? '\\' : '|'
    const collapsing = this.previous === 'collapsing' && this.oldMapping[2 * index + 1] === index
    return collapsing && (this.mapping[2 * index] ?? -1) < index ? '/' : '|'
  }

  private octopus(cells: Cells): void {
    for (let i = 0; i < this.dashedParents; i++) {
      const column = this.newColumns[this.mapping[(this.at + i + 2) * 2] ?? -1]
      cells.add(this.column(column, '-') + this.column(column, i === this.dashedParents - 1 ? '.' : '-'), 2)
    }
  }

  private postMergeLine(): Cells {
    const cells = new Cells()
    let seen = false
    let parentColumn: Column | undefined
    for (const [index, column, own] of this.places()) {
      if (own) {
        seen = true
        this.mergeEdges(cells)
      } else if (seen) cells.add(`${this.column(column, this.added > 0 ? '\\' : '|')} `, 2)
      else {
        cells.add(this.column(column, '|'), 1)
        if (this.layout !== 0 || index !== this.at - 1)
          cells.add(parentColumn ? this.column(parentColumn, '_') : ' ', 1)
      }
      if (column?.commit === this.parents[0]) parentColumn = column
    }
    this.go(this.isInPlace ? 'padding' : 'collapsing')
    return cells
  }

  private mergeEdges(cells: Cells): void {
    let kind = this.layout
    for (const [at, parent] of this.parents.entries()) {
      cells.add(this.column(this.newColumns[this.newColumn(parent)], ['/', '|', '\\'][kind] ?? '\\'), 1)
      if (kind < 2) kind++
      else if (this.added > 0 || at < this.parents.length - 1) cells.add(' ', 1)
    }
    if (this.added === 0) cells.add(' ', 1)
  }

  private collapsingLine(): Cells {
    const old = this.mapping
    const mapping = old.map(() => -1)
    let [edge, edgeTarget] = [-1, -1]
    const horizontal = (from: number, target: number, at: number): void => {
      if (edge !== -1) return
      edge = at
      edgeTarget = target
      for (let j = target * 2 + 3; j < from - 2; j += 2) mapping[j] = target
    }
    for (const [i, target] of old.entries()) {
      if (target < 0) continue
      if (target * 2 === i) mapping[i] = target
      else if ((mapping[i - 1] ?? -1) < 0) {
        mapping[i - 1] = target
        horizontal(i, target, i)
      } else if (mapping[i - 1] !== target) {
        mapping[i - 2] = target
        horizontal(i, target, i - 1)
      }
    }
    this.oldMapping = [...mapping]
    if ((mapping.at(-1) ?? -1) < 0) mapping.pop()
    this.mapping = mapping
    const cells = this.collapsed(mapping, edge, edgeTarget)
    if (this.isInPlace) this.go('padding')
    return cells
  }

  private collapsed(mapping: number[], edge: number, edgeTarget: number): Cells {
    const cells = new Cells()
    let used = false
    for (const [i, target] of mapping.entries()) {
      if (target < 0) cells.add(' ', 1)
      else if (target * 2 === i) cells.add(this.column(this.newColumns[target], '|'), 1)
      else if (target === edgeTarget && i !== edge - 1) {
        if (i !== target * 2 + 3) mapping[i] = -1
        used = true
        cells.add(this.column(this.newColumns[target], '_'), 1)
      } else {
        if (used && i < edge) mapping[i] = -1
        cells.add(this.column(this.newColumns[target], '/'), 1)
      }
    }
    return cells
  }
}

/** Text with colours in it, and how wide it looks. */
class Cells {
  private text = ''
  private width = 0
  add(text: string, width: number): void {
    this.text += text
    this.width += width
  }
  padded(width: number): string {
    return this.text + ' '.repeat(Math.max(0, width - this.width))
  }
}
