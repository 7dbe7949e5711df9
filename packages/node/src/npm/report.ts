import type { Outcome } from './install.ts'
import type { Npm } from './npm-context.ts'

const counted = (n: number): string => `${n} package${n === 1 ? '' : 's'}`

/** What an installation has changed, as it is told behind it. */
export async function report(npm: Npm, startMs: number, outcome: Outcome): Promise<void> {
  const { line, config } = npm
  if (line.isSilent) return
  if (line.has('json')) return npm.json(asJson(outcome))
  if (line.has('dry-run'))
    for (const { name, version } of outcome.isNew.toReversed()) await npm.say(`add ${name} ${version}\n`)
  const audits = config.get('audit') !== 'false' && !npm.isGlobal && !line.has('dry-run')
  const fund =
    outcome.funding > 0 && config.get('fund') !== 'false'
      ? `\n${counted(outcome.funding)} ${outcome.funding === 1 ? 'is' : 'are'} looking for funding\n  run \`npm fund\` for details\n`
      : ''
  const took = duration(npm.process.sys.clock.monotonic() - startMs)
  const audit = audits ? '\nfound 0 vulnerabilities\n' : ''
  await npm.say(`\n${changesOf(outcome, audits)} in ${took}\n${fund}${audit}`)
}

const duration = (ms: number): string =>
  ms < 1000
    ? `${Math.max(1, Math.round(ms))}ms`
    : ms < 60_000
      ? `${Math.round(ms / 1000)}s`
      : `${Math.round(ms / 60_000)}m`

function changesOf({ added, removed, changed, audited }: Outcome, audits: boolean): string {
  const rows: readonly (readonly [string, number])[] = [
    ['added', added],
    ['removed', removed],
    ['changed', changed],
  ]
  const done = rows.filter(([, n]) => n > 0).map(([word, n]) => `${word} ${counted(n)}`)
  const parts = [...(done.length === 0 ? ['up to date'] : done), ...(audits ? [`audited ${counted(audited)}`] : [])]
  return parts.length > 1 && done.length > 0
    ? `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`
    : parts.join(', ')
}

const NOTHING_FOUND = { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 }

/** @param placed all packages of a project */
export function auditCounts(
  placed: readonly { readonly dev?: boolean | undefined; readonly optional?: boolean | undefined }[],
): object {
  const dev = placed.filter((each) => each.dev).length
  const optional = placed.filter((each) => each.optional).length
  const kinds = {
    prod: placed.length - dev - optional + 1,
    dev,
    optional,
    peer: 0,
    peerOptional: 0,
    total: placed.length,
  }
  return { vulnerabilities: NOTHING_FOUND, dependencies: kinds }
}

const asJson = ({ added, removed, changed, audited, funding, placed }: Outcome): object => ({
  ...{ added, removed, changed, audited, funding },
  audit: auditCounts(placed),
})
