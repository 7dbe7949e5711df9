import { type Catalogue, findPackage, type PackageRow } from './catalogue.ts'
import type { Installed } from './installed.ts'

/** A package to install; `automatic` when only others asked for it. */
export interface Step {
  readonly row: PackageRow
  readonly automatic: boolean
}

/** The packages asked for and all they need that is not there, what is needed first. */
export function planInstall(
  catalogue: Catalogue,
  asked: readonly PackageRow[],
  installed: readonly Installed[],
): readonly Step[] {
  const known = new Set(installed.map(({ name }) => name))
  const steps: Step[] = []
  const visit = (row: PackageRow, automatic: boolean): void => {
    if (known.has(row.name)) return
    known.add(row.name)
    for (const name of row.depends) {
      const needed = findPackage(catalogue, name)
      if (needed) visit(needed, true)
    }
    steps.push({ row, automatic: automatic && !asked.includes(row) })
  }
  for (const row of asked) visit(row, false)
  return steps
}

/** Packages that came automatically and that nothing needs any more. */
export function orphansOf(installed: readonly Installed[]): readonly Installed[] {
  const byName = new Map(installed.map((each) => [each.name, each]))
  const needed = new Set<Installed>()
  const keep = (each: Installed): void => {
    if (needed.has(each)) return
    needed.add(each)
    for (const name of each.depends) {
      const other = byName.get(name)
      if (other) keep(other)
    }
  }
  for (const each of installed) if (!each.automatic) keep(each)
  return installed.filter((each) => !needed.has(each))
}

/** Everything installed that needs one of `names`, directly or not. */
export function dependentsOf(installed: readonly Installed[], names: readonly string[]): readonly Installed[] {
  const gone = new Set(names)
  const found: Installed[] = []
  for (let before = -1; before !== gone.size; ) {
    before = gone.size
    for (const each of installed)
      if (!gone.has(each.name) && each.depends.some((name) => gone.has(name))) {
        gone.add(each.name)
        found.push(each)
      }
  }
  return found
}
