import { isDirectory, isErrno, type Process, type Sys } from '@drydock/abi'
import { makeDirectories, readFile, readTextFile, writeFile } from '@drydock/libc'
import { compileSources } from '../javac.ts'
import { type JarMember, manifestText, textMember, writeJar } from '../jar-file.ts'
import { versionText } from '../version.ts'
import { BuildFailure } from './failure.ts'
import type { Goal } from './lifecycle.ts'
import type { Log } from './log.ts'
import { absentFrom, type LocalRepository } from './repository.ts'
import { isBootParent, mainClassOf, type Project, releaseOf } from './pom.ts'

export interface Build {
  readonly process: Process
  readonly log: Log
  readonly project: Project
  /** The folder of the POM. */
  readonly base: string
  readonly defines: ReadonlyMap<string, string>
  readonly repository: LocalRepository
  readonly localRepository: string
}

export function existing(sys: Sys, path: string): 'folder' | 'file' | undefined {
  try {
    return isDirectory(sys.stat(path).mode) ? 'folder' : 'file'
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** Paths of files below a folder, without it; none where there is no folder. */
export function filesBelow(sys: Sys, folder: string, prefix = ''): string[] {
  if (existing(sys, folder) !== 'folder') return []
  const names = sys
    .readdir(folder)
    .map(({ name }) => name)
    .toSorted()
  return names.flatMap((name) =>
    existing(sys, `${folder}/${name}`) === 'folder'
      ? filesBelow(sys, `${folder}/${name}`, `${prefix}${name}/`)
      : [prefix + name],
  )
}

async function put(sys: Sys, path: string, bytes: Uint8Array): Promise<void> {
  makeDirectories(sys, path.slice(0, path.lastIndexOf('/')))
  await writeFile(sys, path, bytes)
}

async function clean({ process: { sys }, log, base }: Build): Promise<void> {
  if (existing(sys, `${base}/target`) === undefined) return
  await log.info(`Deleting ${base}/target`)
  removeTree(sys, `${base}/target`)
}

function removeTree(sys: Sys, path: string): void {
  if (existing(sys, path) !== 'folder') return sys.unlink(path)
  for (const { name } of sys.readdir(path)) removeTree(sys, `${path}/${name}`)
  sys.rmdir(path)
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

const isEncodingTold = (project: Project): boolean =>
  project.properties.has('project.build.sourceEncoding') || isBootParent(project)

async function resources({ process: { sys }, log, base, project }: Build, from: string, to: string): Promise<void> {
  const folder = `${base}/${from}`
  if (existing(sys, folder) !== 'folder') return log.info(`skip non existing resourceDirectory ${folder}`)
  if (!isEncodingTold(project))
    await log.warn(
      'Using platform encoding (UTF-8 actually) to copy filtered resources, i.e. build is platform dependent!',
    )
  const files = filesBelow(sys, folder)
  await log.info(`Copying ${plural(files.length, 'resource')} from ${from} to ${to}`)
  for (const name of files) await put(sys, `${base}/${to}/${name}`, await readFile(sys, `${folder}/${name}`))
}

/** Classes are newer than every source. */
function isUpToDate(sys: Sys, sources: readonly string[], classes: readonly string[]): boolean {
  if (classes.length === 0) return false
  const newest = Math.max(...sources.map((each) => sys.stat(each).mtimeMs))
  return Math.min(...classes.map((each) => sys.stat(each).mtimeMs)) >= newest
}

async function compile(build: Build): Promise<void> {
  const { process, log, base, project } = build
  const { sys } = process
  const paths = filesBelow(sys, `${base}/src/main/java`)
    .filter((name) => name.endsWith('.java'))
    .map((name) => `${base}/src/main/java/${name}`)
  const made = filesBelow(sys, `${base}/target/classes`)
    .filter((name) => name.endsWith('.class'))
    .map((name) => `${base}/target/classes/${name}`)
  if (paths.length === 0) return log.info('No sources to compile')
  if (isUpToDate(sys, paths, made)) return log.info('Nothing to compile - all classes are up to date.')
  const newest = versionText(process.env).release
  const release = releaseOf(project, newest)
  await log.info('Recompiling the module because of changed source code.')
  if (!isEncodingTold(project))
    await log.warn('File encoding has not been set, using platform encoding UTF-8, i.e. build is platform dependent!')
  await log.info(
    `Compiling ${plural(paths.length, 'source file')} with javac [${debugWords(project, release)}] to target/classes`,
  )
  if (release > newest) throw compilationFailure(project, [`error: release version ${release} not supported`])
  for (const { groupId, artifactId, version } of absentFrom(project))
    await log.warn(
      `${groupId}:${artifactId}:jar:${version ?? ''} is not in this playground: sources that use it cannot be compiled here`,
    )
  await compileAll(build, paths, release)
}

function debugWords(project: Project, release: number): string {
  if (isBootParent(project)) return `debug parameters release ${release}`
  const told = project.properties.get('maven.compiler.release')
  return told === undefined ? `debug target ${release === 8 ? '1.8' : release}` : `debug release ${release}`
}

async function compileAll(
  { process, log, base, project }: Build,
  paths: readonly string[],
  release: number,
): Promise<void> {
  const sources = await Promise.all(paths.map(async (file) => ({ file, text: await readTextFile(process.sys, file) })))
  const { classes, complaints } = compileSources(sources, release, process)
  if (complaints.length > 0) {
    const lines = complaints.map(({ at, message, notes }) =>
      [`${at.file}:[${at.line},${at.column}] ${message}`, ...notes.map((each) => `  ${each}`)].join('\n'),
    )
    await log.info('-------------------------------------------------------------')
    await log.error('COMPILATION ERROR : ')
    await log.info('-------------------------------------------------------------')
    for (const each of lines) await log.error(each)
    await log.info(`${plural(lines.length, 'error')} `)
    await log.info('-------------------------------------------------------------')
    throw compilationFailure(project, lines)
  }
  for (const { path, bytes } of classes) await put(process.sys, `${base}/target/classes/${path}`, bytes)
}

function compilationFailure({ artifactId }: Project, lines: readonly string[]): BuildFailure {
  const failure = lines.length === 1 ? 'Compilation failure' : 'Compilation failure: '
  return new BuildFailure(
    `Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin:3.13.0:compile (default-compile) on project ${artifactId}: ${failure}`,
    'MojoFailureException',
    lines,
  )
}

async function testCompile({ process: { sys }, log, base, defines }: Build): Promise<void> {
  if (defines.has('maven.test.skip')) return log.info('Not compiling test sources')
  const tests = filesBelow(sys, `${base}/src/test/java`).length
  if (tests === 0) return log.info('No sources to compile')
  await log.warn(`${plural(tests, 'test source')} left as they are: tests are not compiled in this playground`)
}

async function test({ process: { sys }, log, base, defines }: Build): Promise<void> {
  if (defines.has('skipTests') || defines.has('maven.test.skip')) return log.info('Tests are skipped.')
  if (filesBelow(sys, `${base}/src/test/java`).length === 0) return log.info('No tests to run.')
  await log.warn('Tests are not run in this playground: JUnit is not here.')
}

function manifestOf({ process, project }: Build, more: readonly (readonly [string, string])[]): JarMember {
  const main = mainClassOf(project)
  return textMember(
    'META-INF/MANIFEST.MF',
    manifestText([
      ['Manifest-Version', '1.0'],
      ['Created-By', 'Maven JAR Plugin 3.4.1'],
      ['Build-Jdk-Spec', String(versionText(process.env).release)],
      ...(more.length > 0 ? more : main === undefined ? [] : [['Main-Class', main] as const]),
    ]),
  )
}

/** What Maven keeps of the project in its archives. */
function descriptors({ project, process }: Build): JarMember[] {
  const { groupId, artifactId, version, text } = project
  const folder = `META-INF/maven/${groupId}/${artifactId}`
  const made = new Date(process.sys.clock.now()).toUTCString()
  return [
    textMember(`${folder}/pom.xml`, text),
    textMember(
      `${folder}/pom.properties`,
      `#Generated by Maven\n#${made}\nartifactId=${artifactId}\ngroupId=${groupId}\nversion=${version}\n`,
    ),
  ]
}

async function membersBelow(sys: Sys, folder: string, prefix = ''): Promise<JarMember[]> {
  return Promise.all(
    filesBelow(sys, folder).map(async (name) => ({
      name: prefix + name,
      bytes: await readFile(sys, `${folder}/${name}`),
    })),
  )
}

async function jar(build: Build): Promise<void> {
  const { process, log, base, project } = build
  const path = `${base}/target/${project.finalName}.jar`
  const members = await membersBelow(process.sys, `${base}/target/classes`)
  if (members.length === 0) await log.warn('JAR will be empty - no content was marked for inclusion!')
  await log.info(`Building jar: ${path}`)
  await put(
    process.sys,
    path,
    writeJar([manifestOf(build, []), ...members, ...descriptors(build)], process.sys.clock.now()),
  )
}

async function war(build: Build): Promise<void> {
  const { process, log, base, project } = build
  const exploded = `${base}/target/${project.finalName}`
  await log.info('Packaging webapp')
  await log.info(`Assembling webapp [${project.artifactId}] in [${exploded}]`)
  await log.info('Processing war project')
  const pages = await membersBelow(process.sys, `${base}/src/main/webapp`)
  if (pages.length > 0) await log.info(`Copying webapp resources [${base}/src/main/webapp]`)
  const classes = await membersBelow(process.sys, `${base}/target/classes`, 'WEB-INF/classes/')
  for (const { name, bytes } of [...pages, ...classes]) await put(process.sys, `${exploded}/${name}`, bytes)
  await log.info(`Building war: ${exploded}.war`)
  await put(
    process.sys,
    `${exploded}.war`,
    writeJar([manifestOf(build, []), ...pages, ...classes, ...descriptors(build)], process.sys.clock.now()),
  )
}

const LAUNCHER = 'org.springframework.boot.loader.launch.JarLauncher'

/** The class with a main that Spring Boot finds by itself. */
async function startClass({ process: { sys }, base, project }: Build): Promise<string> {
  const told = mainClassOf(project)
  if (told !== undefined) return told
  for (const name of filesBelow(sys, `${base}/src/main/java`)) {
    const text = await readTextFile(sys, `${base}/src/main/java/${name}`)
    if (text.includes('@SpringBootApplication')) return name.replace(/\.java$/, '').replaceAll('/', '.')
  }
  throw new BuildFailure(
    `Failed to execute goal org.springframework.boot:spring-boot-maven-plugin:repackage (repackage) on project ${project.artifactId}: Execution repackage of goal org.springframework.boot:spring-boot-maven-plugin:repackage failed: Unable to find main class`,
    'PluginExecutionException',
  )
}

async function repackage(build: Build, { version }: Goal): Promise<void> {
  const { process, log, base, project } = build
  const path = `${base}/target/${project.finalName}.${project.packaging}`
  await log.info(`Replacing main artifact ${path} with repackaged archive, adding nested dependencies in BOOT-INF/.`)
  await log.info(`The original artifact has been renamed to ${path}.original`)
  process.sys.rename(path, `${path}.original`)
  const manifest = manifestOf(build, [
    ['Implementation-Title', project.name],
    ['Implementation-Version', project.version],
    ['Main-Class', LAUNCHER],
    ['Start-Class', await startClass(build)],
    ['Spring-Boot-Version', version],
    ['Spring-Boot-Classes', 'BOOT-INF/classes/'],
    ['Spring-Boot-Lib', 'BOOT-INF/lib/'],
    ['Spring-Boot-Classpath-Index', 'BOOT-INF/classpath.idx'],
  ])
  const web = project.dependencies.some(({ artifactId }) => /^spring-boot-starter-(web|webmvc)$/.test(artifactId))
  const libraries = [
    'spring-boot',
    'spring-context',
    ...(web ? ['spring-web', 'spring-webmvc', 'tomcat-embed-core'] : []),
  ]
  const index = textMember(
    'BOOT-INF/classpath.idx',
    libraries.map((each) => `- "BOOT-INF/lib/${each}-${version}.jar"\n`).join(''),
  )
  const classes = await membersBelow(process.sys, `${base}/target/classes`, 'BOOT-INF/classes/')
  await put(process.sys, path, writeJar([manifest, ...classes, ...descriptors(build), index], process.sys.clock.now()))
}

async function install({ process: { sys }, log, base, project, localRepository }: Build): Promise<void> {
  const { groupId, artifactId, version, packaging, finalName } = project
  const to = `${localRepository}/${groupId.replaceAll('.', '/')}/${artifactId}/${version}/${artifactId}-${version}`
  const pairs: [string, string][] = [[`${base}/pom.xml`, `${to}.pom`]]
  if (packaging !== 'pom') pairs.push([`${base}/target/${finalName}.${packaging}`, `${to}.${packaging}`])
  for (const [from, place] of pairs) {
    await log.info(`Installing ${from} to ${place}`)
    await put(sys, place, await readFile(sys, from))
  }
}

async function deploy({ project }: Build): Promise<void> {
  throw new BuildFailure(
    `Failed to execute goal org.apache.maven.plugins:maven-deploy-plugin:3.1.2:deploy (default-deploy) on project ${project.artifactId}: Deployment failed: repository element was not specified in the POM inside distributionManagement element or in -DaltDeploymentRepository=id::url parameter`,
    'MojoExecutionException',
  )
}

async function tree({ log, project }: Build): Promise<void> {
  await log.info(`${project.groupId}:${project.artifactId}:${project.packaging}:${project.version}`)
  for (const [i, each] of project.dependencies.entries())
    await log.info(
      `${i === project.dependencies.length - 1 ? '\\-' : '+-'} ${each.groupId}:${each.artifactId}:jar:${each.version ?? project.parent?.version ?? ''}:${each.scope}`,
    )
}

/** What an expression stands for; with -q -DforceStdout nothing else is printed. */
async function evaluate({ log, project, defines }: Build): Promise<void> {
  const { groupId, artifactId, version, packaging, name, finalName, properties } = project
  const own: Readonly<Record<string, string>> = {
    groupId,
    artifactId,
    version,
    packaging,
    name,
    'build.finalName': finalName,
  }
  const expression = defines.get('expression') ?? ''
  const value =
    own[expression.replace(/^project\./, '')] ?? properties.get(expression) ?? 'null object or invalid expression'
  await log.info(
    `No artifact parameter specified, using '${groupId}:${artifactId}:${packaging}:${version}' as project.`,
  )
  if (defines.has('forceStdout')) return log.bare(value)
  await log.info(`\n${value}`)
}

/** What each goal does, by plugin and goal. */
export const GOALS: Readonly<Record<string, (build: Build, goal: Goal) => Promise<void>>> = {
  'clean:clean': clean,
  'resources:resources': (build) => resources(build, 'src/main/resources', 'target/classes'),
  'resources:testResources': (build) => resources(build, 'src/test/resources', 'target/test-classes'),
  'compiler:compile': compile,
  'compiler:testCompile': testCompile,
  'surefire:test': test,
  'jar:jar': jar,
  'war:war': war,
  'spring-boot:repackage': repackage,
  'install:install': install,
  'deploy:deploy': deploy,
  'dependency:go-offline': ({ repository, project }) => repository.dependencies(project),
  'dependency:resolve': ({ repository, project }) => repository.dependencies(project),
  'dependency:tree': tree,
  'help:evaluate': evaluate,
}
