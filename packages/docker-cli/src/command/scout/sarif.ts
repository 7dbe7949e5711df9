import type { Looked } from './look.ts'
import type { Finding } from './report.ts'

const LEVELS = { critical: 'error', high: 'error', medium: 'warning', low: 'note' } as const

/** Findings in the Static Analysis Results Interchange Format, version 2.1.0. */
export function sarif({ name }: Looked, findings: readonly Finding[]): string {
  const all = findings.flatMap(({ package: found, advisories }) => advisories.map((advisory) => ({ found, advisory })))
  const ids = [...new Set(all.map(({ advisory }) => advisory.id))]
  const rules = ids.map((id) => ({
    id,
    name: 'OsPackageVulnerability',
    shortDescription: { text: id },
    helpUri: `https://scout.docker.com/v/${id}`,
  }))
  const results = all.map(({ found, advisory }) => ({
    ruleId: advisory.id,
    ruleIndex: ids.indexOf(advisory.id),
    level: LEVELS[advisory.severity],
    message: {
      text: `Vulnerability: ${advisory.id}\nSeverity: ${advisory.severity.toUpperCase()}\nPackage: ${found.ecosystem}/${found.name}@${found.version}\nFixed version: ${advisory.fixed}`,
    },
    locations: [{ physicalLocation: { artifactLocation: { uri: name }, region: { startLine: 1, endLine: 1 } } }],
  }))
  const driver = {
    name: 'docker scout',
    fullName: 'Docker Scout',
    informationUri: 'https://docker.com/products/docker-scout',
    version: '1.18.3',
    rules,
  }
  const document = {
    version: '2.1.0',
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    runs: [{ tool: { driver }, results }],
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}
