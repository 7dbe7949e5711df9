import { isErrno, type Process, type Program } from '@drydock/abi'
import { readTextFile, Stdio } from '@drydock/libc'
import { versionText } from '../version.ts'
import { BuildFailure, noGoals, noPom, unknownGoal } from './failure.ts'
import { type Build, existing, GOALS } from './goals.ts'
import { type Goal, goalsFor } from './lifecycle.ts'
import { Log } from './log.ts'
import { optionsOf, type MavenOptions, USAGE } from './options.ts'
import { bootVersion, PomError, type Project, projectOf } from './pom.ts'
import { LocalRepository } from './repository.ts'
import { parseXml, XmlError } from './xml.ts'

const VERSION = '3.9.9'

/** Where Maven's home and its version come from: the image says. */
const versionOf = (env: ReadonlyMap<string, string>): string => env.get('MAVEN_VERSION') ?? VERSION

function aboutText({ env, sys }: Process, log: Log): string {
  const { number } = versionText(env)
  const { release } = sys.uname()
  return `${log.styled('strong', `Apache Maven ${versionOf(env)}`)}
Maven home: ${env.get('MAVEN_HOME') ?? '/usr/share/maven'}
Java version: ${number}, vendor: Eclipse Adoptium, runtime: ${env.get('JAVA_HOME') ?? '/opt/java/openjdk'}
Default locale: ${(env.get('LANG') ?? 'en').replace(/\..*/, '')}, platform encoding: UTF-8
OS name: "linux", version: "${release}", arch: "amd64", family: "unix"`
}

/** Runs `mvn` with the arguments of a process. @returns its exit status */
export async function runMaven(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const options = optionsOf(process.argv.slice(1))
  try {
    if (options.unknown !== undefined) {
      await io.print(USAGE)
      await io.warn(`Unable to parse command line options: Unrecognized option: ${options.unknown}\n`)
      return 1
    }
    const colour = options.colour ?? (!options.batch && isTerminal(process))
    const log = new Log(io, { colour, quiet: options.quiet })
    if (options.help || options.version) {
      await log.plain(options.help ? USAGE.trimEnd() : aboutText(process, log))
      return 0
    }
    return await build(process, io, log, options)
  } finally {
    await io.out.flush()
  }
}

function isTerminal({ sys }: Process): boolean {
  try {
    return sys.isatty(1)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

async function build(process: Process, io: Stdio, log: Log, options: MavenOptions): Promise<number> {
  const { sys, env } = process
  const started = sys.clock.now()
  await log.info('Scanning for projects...')
  const file = absolute(sys.getcwd(), options.file ?? 'pom.xml')
  const pom = existing(sys, file) === 'folder' ? `${file}/pom.xml` : file
  const home = env.get('HOME') ?? '/root'
  try {
    const project = existing(sys, pom) === 'file' ? await readProject(process, log, options, pom) : undefined
    if (options.goals.length === 0) throw noGoals()
    if (!project) throw noPom(sys.getcwd())
    const localRepository = options.defines.get('maven.repo.local') ?? `${home}/.m2/repository`
    const repository = new LocalRepository(process, io, localRepository, {
      offline: options.offline,
      silent: options.quiet || options.noProgress,
    })
    const base = pom.slice(0, pom.lastIndexOf('/')) || '/'
    await runGoals(
      { process, log, project, base, defines: options.defines, repository, localRepository },
      options,
      home,
    )
    await ended(process, log, started, true)
    return 0
  } catch (error) {
    if (error instanceof Unreadable) return 1
    if (!(error instanceof BuildFailure)) throw error
    await ended(process, log, started, false)
    await explain(log, error)
    return 1
  }
}

const absolute = (cwd: string, path: string): string =>
  path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`

/** The POM was told to be unreadable. */
class Unreadable extends Error {}

async function readProject({ sys }: Process, log: Log, { defines }: MavenOptions, pom: string): Promise<Project> {
  const text = await readTextFile(sys, pom)
  try {
    const project = projectOf(parseXml(text), text, defines)
    await warnOfVersions(log, project)
    return project
  } catch (error) {
    if (error instanceof XmlError)
      return unreadable(log, '', pom, [
        `Non-parseable POM ${pom}: ${error.message} (position: @${error.line}:${error.column})  @ line ${error.line}, column ${error.column}`,
      ])
    if (error instanceof PomError) return unreadable(log, '', pom, error.problems)
    throw error
  }
}

async function unreadable(log: Log, name: string, pom: string, problems: readonly string[]): Promise<never> {
  await log.error('[ERROR] Some problems were encountered while processing the POMs:')
  for (const each of problems) await log.plain(`[FATAL] ${each}`)
  await log.plain(' @ ')
  await log.error(`The build could not read 1 project -> ${log.styled('strong', '[Help 1]')}`)
  await log.error(`  \n  The project ${name} (${pom}) has ${problems.length} error${problems.length === 1 ? '' : 's'}`)
  for (const each of problems) await log.error(`    ${each}`)
  await help(log, 'ProjectBuildingException')
  throw new Unreadable()
}

async function warnOfVersions(
  log: Log,
  { groupId, artifactId, packaging, version, plugins, parent }: Project,
): Promise<void> {
  const bare = parent ? [] : plugins.filter((each) => each.version === undefined)
  if (bare.length === 0) return
  await log.warn(
    `\nSome problems were encountered while building the effective model for ${groupId}:${artifactId}:${packaging}:${version}`,
  )
  for (const each of bare)
    await log.warn(`'build.plugins.plugin.version' for ${each.groupId}:${each.artifactId} is missing. @ ${each.place}`)
  await log.warn('\nIt is highly recommended to fix these problems because they threaten the stability of your build.')
  await log.warn('\nFor this reason, future Maven versions might no longer support building such malformed projects.\n')
}

async function runGoals(build: Build, { goals: words }: MavenOptions, home: string): Promise<void> {
  const { log, project } = build
  const { groupId, artifactId, packaging, name, version, modules } = project
  await log.info()
  await log.centred('< ', `${groupId}:${artifactId}`, ' >')
  await log.info(log.styled('strong', `Building ${name} ${version}`))
  await log.info('  from pom.xml')
  await log.centred('[ ', packaging, ' ]', 'strong')
  const goals = goalsFor(words, packaging, bootVersion(project))
  if (typeof goals === 'string') throw unknownGoal(goals, home)
  if (modules.length > 0)
    throw new BuildFailure(
      `${artifactId} has modules (${modules.join(', ')}): several projects at once are not built in this playground, build each in its own folder`,
      'LifecycleExecutionException',
    )
  for (const each of goals) await runGoal(build, each)
}

async function runGoal(build: Build, goal: Goal): Promise<void> {
  const { log, project, repository } = build
  await repository.plugin(goal)
  if (goal.goal === 'compile') await repository.dependencies(project)
  await log.info()
  await log.info(
    `--- ${log.styled('mojo', `${goal.prefix}:${goal.version}:${goal.goal}`)} ${log.styled('strong', `(${goal.execution})`)} @ ${log.styled('project', project.artifactId)} ${log.styled('strong', '---')}`,
  )
  const run = GOALS[`${goal.prefix}:${goal.goal}`]
  if (!run)
    throw new BuildFailure(
      `${goal.prefix}:${goal.goal} is not part of the Maven of this playground`,
      'MojoExecutionException',
    )
  await run(build, goal)
}

async function ended({ sys }: Process, log: Log, started: number, success: boolean): Promise<void> {
  const now = sys.clock.now()
  await log.rule()
  await log.info(log.styled(success ? 'success' : 'failure', `BUILD ${success ? 'SUCCESS' : 'FAILURE'}`))
  await log.rule()
  await log.info(`Total time:  ${((now - started) / 1000).toFixed(3)} s`)
  await log.info(`Finished at: ${new Date(now).toISOString().replace(/\.\d+Z/, 'Z')}`)
  await log.rule()
}

async function explain(log: Log, { message, page, details }: BuildFailure): Promise<void> {
  const link = `-> ${log.styled('strong', '[Help 1]')}`
  if (details.length === 0) await log.error(`${message} ${link}`)
  else {
    await log.error(message)
    for (const each of details) await log.error(each)
    await log.error(link)
  }
  await help(log, page)
}

async function help(log: Log, page: string): Promise<void> {
  await log.error(
    `\nTo see the full stack trace of the errors, re-run Maven with the ${log.styled('strong', '-e')} switch.`,
  )
  await log.error(`Re-run Maven using the ${log.styled('strong', '-X')} switch to enable full debug logging.\n`)
  await log.error('For more information about the errors and possible solutions, please read the following articles:')
  await log.error(`${log.styled('strong', '[Help 1]')} http://cwiki.apache.org/confluence/display/MAVEN/${page}`)
}

export const mvn: Program = {
  name: 'java/mvn',
  paths: ['/usr/share/maven/bin/mvn'],
  covers: 'partial',
  lacks: [
    'what it makes is a prepared result: a real jar whose classes carry their sources, which java here interprets',
    'the repository is not asked: of dependencies only the starters of Spring Boot are there, in part; code that uses others does not compile here, and it says so',
    'tests are not run; projects of several modules; profiles; plugins beside clean, resources, compiler, surefire, jar, war, install, dependency, help:evaluate, spring-boot',
  ],
  summary: 'build Java projects',
  sizeBytes: 6_000,
  rssBytes: 60 << 20,
  main: runMaven,
}
