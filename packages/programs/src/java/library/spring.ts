import { isErrno } from '@drydock/abi'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { typeText } from '../evaluate.ts'
import type { Annotation, Expr, Field, Method, Parameter } from '../syntax.ts'
import { ClassRef, coerced, Instance, type JClass, JArray, Native, numberOf, type Value } from '../values.ts'
import { jsonOf, valueOfJson } from './json.ts'
import type { Classes } from './members.ts'
import { servePort } from './machine.ts'
import { banner, springLog } from './spring-log.ts'
import { Exit, type World } from './world.ts'

const COMPONENTS = [
  'RestController',
  'Controller',
  'Service',
  'Component',
  'Repository',
  'Configuration',
  'SpringBootApplication',
]
const VERBS: Readonly<Record<string, string>> = {
  GetMapping: 'GET',
  PostMapping: 'POST',
  PutMapping: 'PUT',
  DeleteMapping: 'DELETE',
  PatchMapping: 'PATCH',
}

interface Route {
  readonly verb: string
  readonly path: string
  readonly of: JClass
  readonly method: Method
  /** What it gives is the body, not the name of a page. */
  readonly isBody: boolean
}

const annotated = (all: readonly Annotation[], ...names: string[]): Annotation | undefined =>
  all.find(({ name }) => names.includes(name))

/** The text of an annotation's element: a string, or the first of several. */
function textsOf(expr: Expr | undefined): string[] {
  if (expr?.kind === 'array') return expr.items.flatMap(textsOf)
  if (expr?.kind === 'literal') return [String(expr.value)]
  return expr?.kind === 'member' ? [expr.name] : expr?.kind === 'name' ? [expr.name] : []
}

const pathsOf = (of: Annotation | undefined): string[] => {
  const paths = textsOf(of?.values['value'] ?? of?.values['path'])
  return paths.length > 0 ? paths : ['']
}

function routesOf(of: JClass): Route[] {
  const { annotations, methods } = of.declared
  const heads = pathsOf(annotated(annotations, 'RequestMapping'))
  const isRest = annotated(annotations, 'RestController') !== undefined
  return methods.flatMap((method) => {
    const mapping = annotated(method.annotations, 'RequestMapping', ...Object.keys(VERBS))
    if (!mapping) return []
    const verb = VERBS[mapping.name] ?? textsOf(mapping.values['method'])[0] ?? ''
    const isBody = isRest || annotated(method.annotations, 'ResponseBody') !== undefined
    return heads.flatMap((head) =>
      pathsOf(mapping).map((path) => ({
        verb,
        of,
        method,
        isBody,
        path: `/${head}/${path}`.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, ''),
      })),
    )
  })
}

/** Objects that the container makes once, and hands to whoever asks for their type. */
class Context {
  private readonly beans = new Map<JClass, Instance>()
  private readonly world: World
  readonly components: readonly JClass[]

  constructor(world: World) {
    this.world = world
    this.components = [...world.program.classes.values()].filter(({ declared }) =>
      annotated(declared.annotations, ...COMPONENTS),
    )
  }

  async bean(of: JClass): Promise<Instance> {
    const known = this.beans.get(of)
    if (known) return known
    const params = of.declared.constructors.toSorted((a, b) => b.params.length - a.params.length)[0]?.params ?? []
    const args: Value[] = []
    for (const each of params) args.push(await this.injected(each.annotations, each.type ? typeText(each.type) : ''))
    const made = await this.world.program.instantiate(of, args)
    this.beans.set(of, made)
    for (const field of of.declared.fields) await this.fill(made, field)
    return made
  }

  private async fill(made: Instance, { name, type, annotations }: Field): Promise<void> {
    if (annotated(annotations, 'Autowired', 'Value'))
      made.fields.set(name, await this.injected(annotations, typeText(type)))
  }

  private async injected(annotations: readonly Annotation[], type: string): Promise<Value> {
    const value = annotated(annotations, 'Value')
    if (value) return converted(this.placeholders(textsOf(value.values['value'])[0] ?? ''), type)
    const found = this.components.find(
      (each) =>
        each.name === type || each.interfaces.some((one) => (typeof one === 'string' ? one : one.name) === type),
    )
    return found ? this.bean(found) : null
  }

  /** `${name:default}`: the environment first, then properties. */
  private placeholders(text: string): string {
    return text.replaceAll(
      /\$\{([^:}]+)(?::([^}]*))?\}/g,
      (whole, name: string, other?: string) => setting(this.world, name) ?? other ?? whole,
    )
  }
}

/** A property as Spring looks for it: SERVER_PORT of the environment is server.port. */
export function setting({ machine }: World, name: string): string | undefined {
  const { env } = machine.process
  return env.get(name) ?? env.get(name.replaceAll(/[.-]/g, '_').toUpperCase()) ?? machine.properties.get(name)
}

function converted(text: string, type: string): Value {
  if (['int', 'Integer', 'long', 'Long', 'double', 'Double'].includes(type)) {
    const number = Number(text)
    return type.endsWith('ouble') ? coerced('double', number) : coerced(type, number)
  }
  return type === 'boolean' ? text === 'true' : text
}

function matched(pattern: string, path: string): ReadonlyMap<string, string> | undefined {
  const names = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const found = new RegExp(
    `^${pattern.replaceAll(/[.+?^$()|[\]\\*]/g, String.raw`\$&`).replaceAll(/\{\w+\}/g, '([^/]+)')}/?$`,
  ).exec(path)
  return found ? new Map(names.map((name, i) => [name, decodeURIComponent(found[i + 1] ?? '')])) : undefined
}

/** How an answer of Spring Boot's error page reads to a client that takes JSON. */
function failure(world: World, status: number, error: string, path: string): ServerResponse {
  const timestamp = new Date(world.machine.process.sys.clock.now()).toISOString().replace('Z', '+00:00')
  return {
    status,
    headers: [['Content-Type', 'application/json']],
    body: JSON.stringify({ timestamp, status, error, path }),
  }
}

class MissingParameter extends Error {}

async function argument(
  world: World,
  { name, type, annotations }: Parameter,
  request: ServerRequest,
  parts: ReadonlyMap<string, string>,
  body: string,
): Promise<Value> {
  const of = annotated(annotations, 'PathVariable', 'RequestParam', 'RequestBody', 'RequestHeader')
  const kind = type ? typeText(type) : ''
  if (of?.name === 'RequestBody') return kind === 'String' ? body : valueOfJson(JSON.parse(body), kind, world)
  const asked = textsOf(of?.values['value'] ?? of?.values['name'])[0] ?? name
  if (of?.name === 'PathVariable') return converted(parts.get(asked) ?? '', kind)
  if (of?.name === 'RequestHeader') return request.headers.get(asked) ?? null
  const given = request.query.get(asked) ?? textsOf(of?.values['defaultValue'])[0]
  if (given !== undefined && given !== null) return converted(given, kind)
  if (textsOf(of?.values['required'])[0] === 'false' || !of) return null
  throw new MissingParameter(asked)
}

async function answered(
  world: World,
  context: Context,
  routes: readonly Route[],
  request: ServerRequest,
): Promise<ServerResponse> {
  const fitting = routes.filter(({ path }) => matched(path, request.path))
  const verb = request.method === 'HEAD' ? 'GET' : request.method
  const route = fitting.find((each) => each.verb === '' || each.verb === verb)
  if (!route)
    return failure(
      world,
      fitting.length > 0 ? 405 : 404,
      fitting.length > 0 ? 'Method Not Allowed' : 'Not Found',
      request.path,
    )
  const body = new TextDecoder().decode(await request.body.readAll())
  const parts = matched(route.path, request.path) ?? new Map<string, string>()
  try {
    const args: Value[] = []
    for (const each of route.method.params) args.push(await argument(world, each, request, parts, body))
    const value = await world.program.invoke(await context.bean(route.of), route.method.name, args)
    await world.machine.io.out.flush()
    if (route.isBody || !(typeof value === 'string')) return await responseOf(world, value, request)
    return failure(world, 404, 'Not Found', request.path)
  } catch (error) {
    if (error instanceof MissingParameter || error instanceof SyntaxError)
      return failure(world, 400, 'Bad Request', request.path)
    if (error instanceof Exit) throw error
    await world.machine.io.warn(
      `${String((error as { value?: Value }).value instanceof Instance ? await world.textOf((error as { value: Value }).value) : error)}\n`,
    )
    return failure(world, 500, 'Internal Server Error', request.path)
  }
}

async function responseOf(world: World, value: Value, request: ServerRequest): Promise<ServerResponse> {
  if (value instanceof Native && value.type === 'ResponseEntity') {
    const status = numberOf(await value.methods['status']?.([]))
    return { ...(await responseOf(world, await value.methods['getBody']?.([]), request)), status }
  }
  if (value === null || value === undefined) return { status: 200, headers: [['Content-Length', '0']], body: '' }
  const html = request.headers.get('Accept')?.includes('text/html') === true
  if (typeof value === 'string')
    return { status: 200, headers: [['Content-Type', `text/${html ? 'html' : 'plain'};charset=UTF-8`]], body: value }
  return { status: 200, headers: [['Content-Type', 'application/json']], body: await jsonOf(value, world) }
}

/** Starts the container, and its web server where there is one. */
async function runApplication(world: World, [of, args]: readonly Value[]): Promise<Value> {
  const { machine } = world
  const application = of instanceof ClassRef && of.own ? of.own : undefined
  for (const each of args instanceof JArray ? args.items : []) {
    const [, name, value] = /^--([^=]+)=(.*)$/.exec(String(each)) ?? []
    if (name !== undefined) machine.properties.set(name, value ?? '')
  }
  const log = springLog(world)
  const started = machine.process.sys.clock.now()
  await machine.io.print(banner(machine.properties.get('spring.version') ?? ''))
  const name = application?.qualified ?? 'Application'
  await log(name, `Starting ${application?.name ?? name} ${machine.properties.get('spring.source') ?? ''}`)
  await log(name, 'No active profile set, falling back to 1 default profile: "default"')
  const context = new Context(world)
  const isWeb = machine.properties.get('spring.web') === 'true'
  if (isWeb) await startWeb(world, context, log)
  else for (const each of context.components) await context.bean(each)
  const seconds = ((machine.process.sys.clock.now() - started) / 1000).toFixed(3).replace(/\.?0+$/, '')
  await log(name, `Started ${application?.name ?? name} in ${seconds} seconds (process running for ${seconds})`)
  await runRunners(world, context, args)
  return new Native('ConfigurableApplicationContext', { close: () => undefined })
}

async function startWeb(world: World, context: Context, log: ReturnType<typeof springLog>): Promise<void> {
  const port = Number(setting(world, 'server.port') ?? 8080)
  const tomcat = 'org.springframework.boot.web.embedded.tomcat.TomcatWebServer'
  await log(tomcat, `Tomcat initialized with port ${port} (http)`)
  await log('org.apache.catalina.core.StandardService', 'Starting service [Tomcat]')
  await log('org.apache.catalina.core.StandardEngine', 'Starting Servlet engine: [Apache Tomcat/10.1.30]')
  await log(
    'org.apache.catalina.core.ContainerBase.[Tomcat].[localhost].[/]',
    'Initializing Spring embedded WebApplicationContext',
  )
  for (const each of context.components) await context.bean(each)
  const routes = context.components.flatMap(routesOf)
  try {
    world.threads.add(servePort(world, port, (request) => answered(world, context, routes, request)))
  } catch (error) {
    if (!isErrno(error)) throw error
    await world.machine.io.print(
      `\n***************************\nAPPLICATION FAILED TO START\n***************************\n\nDescription:\n\nWeb server failed to start. Port ${port} was already in use.\n\nAction:\n\nIdentify and stop the process that's listening on port ${port} or configure this application to listen on another port.\n\n`,
    )
    throw new Exit(1)
  }
  await log(tomcat, `Tomcat started on port ${port} (http) with context path '/'`)
  await world.machine.io.out.flush()
}

/** Whoever wants to run when everything is there: components, and methods that make such. */
async function runRunners(world: World, context: Context, args: Value): Promise<void> {
  for (const of of context.components) {
    const isRunner = of.interfaces.some(
      (each) => typeof each === 'string' && /^(Command|Application)\w*Runner$/.test(each),
    )
    if (isRunner) await world.program.invoke(await context.bean(of), 'run', [args])
    for (const { name, annotations, returns } of of.declared.methods)
      if (annotated(annotations, 'Bean') && returns?.name === 'CommandLineRunner') {
        const runner = await world.program.invoke(await context.bean(of), name, [])
        await world.program.invoke(runner, 'run', [args])
      }
  }
}

function entity(status: number, body: Value): Native {
  return new Native('ResponseEntity', {
    status: () => status,
    getBody: () => body,
    body: ([next]) => entity(status, next),
    build: () => entity(status, null),
  })
}

/** What there is of Spring Boot: components, injection, controllers over HTTP, runners. */
export function springClasses(world: World): Classes {
  const logger = (of: Value): Native => {
    const log = springLog(world)
    const name = of instanceof ClassRef ? (of.own?.qualified ?? of.name) : String(of)
    const write =
      (level: string) =>
      async ([text, ...args]: readonly Value[]): Promise<undefined> => {
        let filled = String(text)
        for (const each of args) filled = filled.replace('{}', await world.textOf(each))
        await log(name, filled, level)
      }
    return new Native('Logger', {
      info: write('INFO'),
      warn: write('WARN'),
      error: write('ERROR'),
      debug: () => undefined,
    })
  }
  return {
    SpringApplication: { statics: { run: (args) => runApplication(world, args) } },
    ResponseEntity: {
      statics: {
        ok: ([body]) => entity(200, body ?? null),
        status: ([code]) => entity(numberOf(code), null),
        notFound: () => entity(404, null),
        noContent: () => entity(204, null),
        badRequest: () => entity(400, null),
      },
    },
    LoggerFactory: { statics: { getLogger: ([of]) => logger(of) } },
    Logger: {},
    ...Object.fromEntries(SPRING_NAMES.map((name) => [name, {}])),
  }
}

const SPRING_NAMES = [
  ...COMPONENTS,
  ...Object.keys(VERBS),
  ...'RequestMapping PathVariable RequestParam RequestBody RequestHeader ResponseBody Autowired Value Bean RequestMethod CommandLineRunner'.split(
    ' ',
  ),
]
