import { type Advisory, ADVISORIES, type Severity } from './advisories.ts'
import type { Package } from './packages.ts'
import { isBelow } from './versions.ts'

export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low']

/** A package with what is known against it. */
export interface Finding {
  readonly package: Package
  readonly advisories: readonly Advisory[]
}

export const findingsIn = (packages: readonly Package[]): readonly Finding[] =>
  packages
    .map((each) => ({ package: each, advisories: advisoriesOf(each) }))
    .filter(({ advisories }) => advisories.length > 0)
    .toSorted((a, b) => worst(a) - worst(b))

const advisoriesOf = ({ ecosystem, source, version }: Package): readonly Advisory[] =>
  ADVISORIES.filter(
    (each) => each.ecosystem === ecosystem && each.name === source && isBelow(version, each.fixed),
  ).toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))

const worst = ({ advisories: [first] }: Finding): number =>
  first ? SEVERITIES.indexOf(first.severity) : SEVERITIES.length

export function count(advisories: readonly Advisory[]): Readonly<Record<Severity, number>> {
  const of = (severity: Severity): number => advisories.filter((each) => each.severity === severity).length
  return { critical: of('critical'), high: of('high'), medium: of('medium'), low: of('low') }
}

/** `   0C     1H     2M     0L`. */
export const counts = (advisories: readonly Advisory[]): string =>
  SEVERITIES.map(
    (severity) => `${String(count(advisories)[severity]).padStart(4)}${severity.charAt(0).toUpperCase()}`,
  ).join('  ')

/** Every advisory once, however many packages it is about. */
export const allOf = (findings: readonly Finding[]): readonly Advisory[] => [
  ...new Map(findings.flatMap(({ advisories }) => advisories).map((each) => [each.id + each.name, each])).values(),
]
