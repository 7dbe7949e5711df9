import { isDirectory, isErrno, type Process, type Program, type Sys } from '@drydock/abi'
import { unzip, ZipError } from '@drydock/codec'
import { readFile, readTextFile, Stdio } from '@drydock/libc'
import { sourcesOf } from './class-file.ts'
import { complaintsOf, javacText } from './check.ts'
import { manifestValue } from './jar-file.ts'
import { runMaven } from './maven/mvn.ts'
import { parseFile } from './parse.ts'
import { propertiesOf } from './properties.ts'
import { runProgram } from './run.ts'
import type { SourceFile } from './syntax.ts'
import { JavaError } from './tokens.ts'
import { versionText } from './version.ts'

interface Options {
  readonly jar: string | undefined
  readonly classPath: readonly string[]
  readonly properties: Map<string, string>
  /** The main class or a source, and what follows it. */
  readonly rest: readonly string[]
  readonly unknown: string | undefined
}

const VALUED: ReadonlySet<string> = new Set([
  '-cp',
  '-classpath',
  '--class-path',
  '-p',
  '--module-path',
  '--add-opens',
  '--add-exports',
  '-m',
  '--module',
])
/** Options of the virtual machine that change nothing here. */
const IGNORED =
  /^(-X|-ea|-da|-server$|-client$|-D|-javaagent|--enable|--illegal|--add-opens=|--add-exports=|-verbose|-esa|-dsa)/

function optionsOf(args: readonly string[], classPath: string): Options {
  const rest = [...args]
  const properties = new Map<string, string>()
  let [path, jar, unknown]: [string, string | undefined, string | undefined] = [classPath, undefined, undefined]
  while (rest[0]?.startsWith('-')) {
    const option = rest.shift() ?? ''
    const [name = '', joined] = option.split(/=(.*)/s)
    if (option === '-jar') {
      jar = rest.shift() ?? ''
      break
    }
    if (VALUED.has(name)) {
      const value = joined ?? rest.shift() ?? ''
      if (/^(-cp|-classpath|--class-path)$/.test(name)) path = value
    } else if (option.startsWith('-D')) properties.set(name.slice(2), joined ?? '')
    else if (!IGNORED.test(option)) unknown ??= option
  }
  return { jar, classPath: path.split(':'), properties, rest, unknown }
}

interface Classes {
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[]
}

async function filesBelow(sys: Sys, folder: string, prefix = ''): Promise<{ name: string; bytes: Uint8Array }[]> {
  const found: { name: string; bytes: Uint8Array }[] = []
  for (const { name } of sys.readdir(folder)) {
    const path = `${folder}/${name}`
    if (isDirectory(sys.stat(path).mode)) found.push(...(await filesBelow(sys, path, `${prefix}${name}/`)))
    else if (/\.(class|properties|yml|yaml)$/.test(name))
      found.push({ name: prefix + name, bytes: await readFile(sys, path) })
  }
  return found
}

/** Everything on the class path; what is not there is passed over, as java does. */
async function classesOn(sys: Sys, path: readonly string[]): Promise<Classes> {
  const files: { name: string; bytes: Uint8Array }[] = []
  for (const each of path) {
    try {
      if (isDirectory(sys.stat(each || '.').mode)) files.push(...(await filesBelow(sys, each || '.')))
      else files.push(...unzip(await readFile(sys, each)))
    } catch (error) {
      if (!isErrno(error) && !(error instanceof ZipError)) throw error
    }
  }
  return { files }
}

/** What a jar says of itself, its classes and its settings. */
async function startJar(process: Process, io: Stdio, { jar = '', properties, rest }: Options): Promise<number> {
  let files: Classes['files']
  try {
    files = unzip(await readFile(process.sys, jar))
  } catch (error) {
    if (!isErrno(error) && !(error instanceof ZipError)) throw error
    await io.warn(
      isErrno(error) ? `Error: Unable to access jarfile ${jar}\n` : `Error: Invalid or corrupt jarfile ${jar}\n`,
    )
    return 1
  }
  const manifest = new TextDecoder().decode(files.find(({ name }) => name === 'META-INF/MANIFEST.MF')?.bytes)
  const main = manifestValue(manifest, 'Start-Class') ?? manifestValue(manifest, 'Main-Class')
  if (main === undefined) {
    await io.warn(`no main manifest attribute, in ${jar}\n`)
    return 1
  }
  const boot = manifestValue(manifest, 'Spring-Boot-Version')
  if (boot !== undefined) bootProperties(process, files, { boot, jar, manifest, properties })
  return startClass(process, io, main, rest, { files }, properties)
}

function bootProperties(
  { sys }: Process,
  files: Classes['files'],
  { boot, jar, manifest, properties }: { boot: string; jar: string; manifest: string; properties: Map<string, string> },
): void {
  const index = new TextDecoder().decode(files.find(({ name }) => name === 'BOOT-INF/classpath.idx')?.bytes)
  const version = manifestValue(manifest, 'Implementation-Version')
  const path = jar.startsWith('/') ? jar : `${sys.getcwd()}/${jar}`
  const where = `using Java ${properties.get('java.version') ?? ''} with PID ${sys.getpid()} (${path} started by ${sys.getuid() === 0 ? 'root' : String(sys.getuid())} in ${sys.getcwd()})`
  properties.set('spring.version', boot)
  properties.set('spring.source', `${version === undefined ? '' : `v${version} `}${where}`)
  if (index.includes('spring-web-')) properties.set('spring.web', 'true')
}

async function startClass(
  process: Process,
  io: Stdio,
  main: string,
  args: readonly string[],
  { files }: Classes,
  properties: Map<string, string>,
): Promise<number> {
  const sources = sourcesOf(files.filter(({ name }) => name.endsWith('.class')).map(({ bytes }) => bytes))
  for (const { name, bytes } of files)
    if (/(^|classes\/)application\.(properties|ya?ml)$/.test(name))
      for (const [key, value] of propertiesOf(name, new TextDecoder().decode(bytes)))
        if (!properties.has(key)) properties.set(key, value)
  const path = `${main.replaceAll('.', '/')}.class`
  const bytes = files.find(({ name }) => name === path || name === `BOOT-INF/classes/${path}`)?.bytes
  if (!bytes) {
    await io.warn(
      `Error: Could not find or load main class ${main}\nCaused by: java.lang.ClassNotFoundException: ${main}\n`,
    )
    return 1
  }
  if (!declares(sources, main)) {
    await io.warn(
      `java: ${main} is bytecode, which cannot be run in this playground: only what javac and mvn made here can\n`,
    )
    return 1
  }
  if (!declares(sources, main, 'main')) {
    await io.warn(`error: no main method found in class ${main}\n`)
    return 1
  }
  return runProgram(process, { files: sources, main, args, properties })
}

function declares(sources: readonly SourceFile[], main: string, method?: string): boolean {
  return sources.some(({ package: name, classes }) =>
    classes.some(
      (each) =>
        (name === '' ? each.name : `${name}.${each.name}`) === main &&
        (!method || each.methods.some((one) => one.name === method)),
    ),
  )
}

/** `java Main.java`: compiles a source and runs the first class of it. JEP 330 */
async function startSource(
  process: Process,
  io: Stdio,
  path: string,
  args: readonly string[],
  properties: Map<string, string>,
): Promise<number> {
  let text: string
  try {
    text = await readTextFile(process.sys, path)
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`error: file not found: ${path}\nUsage: java <options> <main class> <args>\n`)
    return 1
  }
  try {
    const file = parseFile(path, text)
    const complaints = complaintsOf([file], process)
    const [first] = file.classes
    if (complaints.length === 0 && first)
      return await runProgram(process, {
        files: [file],
        main: file.package === '' ? first.name : `${file.package}.${first.name}`,
        args,
        properties,
      })
    await io.warn(`${javacText(complaints, new Map([[path, text]]))}error: compilation failed\n`)
  } catch (error) {
    if (!(error instanceof JavaError)) throw error
    await io.warn(`${javacText([error], new Map([[path, text]]))}error: compilation failed\n`)
  }
  return 1
}

const USAGE = `Usage: java [options] <mainclass> [args...]
           (to execute a class)
   or  java [options] -jar <jarfile> [args...]
           (to execute a jar file)
   or  java [options] <sourcefile> [args]
           (to execute a single source-file program)

 where options include:

    -cp <class search path of directories and zip/jar files>
    -classpath <class search path of directories and zip/jar files>
    --class-path <class search path of directories and zip/jar files>
    -D<name>=<value>
                  set a system property
    -version      print product version to the error stream and exit
    --version     print product version to the output stream and exit
    -? -h -help
                  print this help message to the error stream
`

const WRAPPER = 'org.apache.maven.wrapper.MavenWrapperMain'

/** The virtual machine: programs that javac and mvn made here, from the sources that they carry. */
export const java: Program = {
  name: 'java/java',
  paths: ['/opt/java/openjdk/bin/java'],
  covers: 'partial',
  lacks: [
    "bytecode: what is run was made by javac or mvn here and carries its source, so other people's jars are refused",
    'of the library: java.lang, java.util with collections and streams, java.util.concurrent, java.nio.file, java.net.http servers of com.sun, each in part',
    'of Spring Boot: components, injection, controllers and mappings, ResponseEntity, runners, application.properties',
    'threads run between the waits of others; reflection, generics at run time, agents, -X options',
  ],
  summary: 'Java programs, interpreted from their own sources',
  sizeBytes: 16_000,
  rssBytes: 40 << 20,
  async main(process) {
    const io = new Stdio(process.sys)
    const options = optionsOf(process.argv.slice(1), process.env.get('CLASSPATH') ?? '.')
    try {
      return await started(process, io, options)
    } finally {
      await io.out.flush()
    }
  },
}

async function started(process: Process, io: Stdio, options: Options): Promise<number> {
  const { jar, rest, unknown, properties } = options
  if (unknown !== undefined) return said(process, io, unknown)
  properties.set('java.version', versionText(process.env).number)
  for (const [name, value] of Object.entries({
    'os.name': 'Linux',
    'os.arch': 'amd64',
    'user.dir': process.sys.getcwd(),
    'line.separator': '\n',
    'file.separator': '/',
    'java.vendor': 'Eclipse Adoptium',
    'java.home': process.env.get('JAVA_HOME') ?? '/opt/java/openjdk',
  }))
    if (!properties.has(name)) properties.set(name, value)
  if (jar !== undefined) return startJar(process, io, options)
  const [main, ...args] = rest
  if (main === undefined) {
    await io.warn(USAGE)
    return 1
  }
  if (main === WRAPPER) return runMaven({ ...process, argv: ['mvn', ...args] })
  if (main.endsWith('.java')) return startSource(process, io, main, args, properties)
  return startClass(process, io, main, args, await classesOn(process.sys, options.classPath), properties)
}

async function said({ env }: Process, io: Stdio, option: string): Promise<number> {
  const { lines, number } = versionText(env)
  if (option === '--version') await io.print(lines(false))
  else if (option === '-version') await io.warn(lines(true))
  else if (['-h', '-help', '-?', '--help'].includes(option))
    await (option === '--help' ? io.print(USAGE) : io.warn(USAGE))
  else {
    await io.warn(
      `Unrecognized option: ${option}\nError: Could not create the Java Virtual Machine.\nError: A fatal exception has occurred. Program will exit.\n`,
    )
    return 1
  }
  return number === '' ? 1 : 0
}
