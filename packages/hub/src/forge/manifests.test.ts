import semver from 'semver'
import { expect, it } from 'vitest'
import npm from 'virtual:npm-mirror'
import { REPOSITORIES } from './repositories/index.ts'

/** Files as the last commit has them. */
const filesOf = ({ commits }: (typeof REPOSITORIES)[number]): [path: string, text: string][] =>
  Object.entries(Object.assign({}, ...commits.map(({ files }) => files)) as Record<string, string | undefined>).flatMap(
    ([path, text]) => (text === undefined ? [] : [[path, text]]),
  )

const manifests = REPOSITORIES.flatMap((repository) =>
  filesOf(repository)
    .filter(([path]) => path.endsWith('package.json'))
    .map(([path, text]) => [`${repository.name} ${path}`, text] as const),
)

it.each(manifests)('%s: what it needs is in the mirror', (_, text) => {
  const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> }
  const missing = Object.entries(dependencies).filter(
    ([name, range]) => !npm.some(({ manifest }) => manifest.name === name && semver.satisfies(manifest.version, range)),
  )
  expect(missing).toEqual([])
})
