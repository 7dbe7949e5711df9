/** The default lifecycle. https://maven.apache.org/guides/introduction/introduction-to-the-lifecycle.html */
export const PHASES =
  'validate initialize generate-sources process-sources generate-resources process-resources compile process-classes generate-test-sources process-test-sources generate-test-resources process-test-resources test-compile process-test-classes test prepare-package package pre-integration-test integration-test post-integration-test verify install deploy'.split(
    ' ',
  )
const CLEAN = 'pre-clean clean post-clean'.split(' ')
const SITE = 'pre-site site post-site site-deploy'.split(' ')

export const ALL_PHASES: readonly string[] = [...PHASES, ...CLEAN, ...SITE]

export interface Goal {
  /** As the log has it: `compiler`. */
  readonly prefix: string
  readonly artifactId: string
  readonly version: string
  readonly goal: string
  readonly execution: string
}

const goal = (prefix: string, version: string, name: string, execution = `default-${name}`): Goal => ({
  prefix,
  version,
  execution,
  goal: name,
  artifactId: `maven-${prefix}-plugin`,
})

/** Versions of plugins that Maven 3.9 binds by itself. */
const CLEAN_GOAL = goal('clean', '3.2.0', 'clean')
const BINDINGS: readonly (readonly [phase: string, of: Goal])[] = [
  ['process-resources', goal('resources', '3.3.1', 'resources')],
  ['compile', goal('compiler', '3.13.0', 'compile')],
  ['process-test-resources', goal('resources', '3.3.1', 'testResources')],
  ['test-compile', goal('compiler', '3.13.0', 'testCompile')],
  ['test', goal('surefire', '3.2.5', 'test')],
  ['package', goal('jar', '3.4.1', 'jar')],
  ['install', goal('install', '3.1.2', 'install')],
  ['deploy', goal('deploy', '3.1.2', 'deploy')],
]
const WAR = goal('war', '3.4.0', 'war')
const REPACKAGE = { ...goal('spring-boot', '', 'repackage', 'repackage'), artifactId: 'spring-boot-maven-plugin' }

/** What Maven can be asked for by a plugin's own name. */
const DIRECT: Readonly<Record<string, Goal>> = {
  'dependency:go-offline': goal('dependency', '3.6.1', 'go-offline', 'default-cli'),
  'dependency:resolve': goal('dependency', '3.6.1', 'resolve', 'default-cli'),
  'dependency:tree': goal('dependency', '3.6.1', 'tree', 'default-cli'),
  'help:evaluate': goal('help', '3.4.1', 'evaluate', 'default-cli'),
  'clean:clean': { ...CLEAN_GOAL, execution: 'default-cli' },
  'spring-boot:run': { ...goal('spring-boot', '3.3.4', 'run', 'default-cli'), artifactId: 'spring-boot-maven-plugin' },
  ...Object.fromEntries(
    BINDINGS.map(([, of]): [string, Goal] => [`${of.prefix}:${of.goal}`, { ...of, execution: 'default-cli' }]),
  ),
}

/** Goals in the order in which they run for what was asked; undefined where a word is neither phase nor known goal. */
export function goalsFor(
  words: readonly string[],
  packaging: string,
  boot: string | undefined,
): readonly Goal[] | string {
  const goals: Goal[] = []
  for (const word of words) {
    const direct = DIRECT[word.replace(/^org\.apache\.maven\.plugins:maven-(\w+)-plugin(?::[\d.]+)?:/, '$1:')]
    if (direct) goals.push(direct)
    else if (CLEAN.includes(word)) goals.push(...(word === 'pre-clean' ? [] : [CLEAN_GOAL]))
    else if (PHASES.includes(word)) goals.push(...boundUpTo(word, packaging, boot))
    else return word
  }
  return goals
}

function boundUpTo(phase: string, packaging: string, boot: string | undefined): Goal[] {
  const last = PHASES.indexOf(phase)
  return BINDINGS.flatMap(([at, of]) => {
    if (PHASES.indexOf(at) > last) return []
    if (packaging === 'pom') return at === 'install' || at === 'deploy' ? [of] : []
    if (at !== 'package') return [of]
    const made = packaging === 'war' ? WAR : of
    return boot === undefined ? [made] : [made, { ...REPACKAGE, version: boot }]
  })
}
