import type { MaybePromise } from '@drydock/abi'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { logLine } from '../background.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { API_VERSION, ENGINE_VERSION, MIN_API_VERSION } from '../version.ts'
import { NEWEST_VERSION, versionNumber } from './api-version.ts'
import { json, type Route } from './route.ts'
import { failure } from './status.ts'

interface Compiled extends Route {
  readonly regex: RegExp
  readonly names: readonly string[]
}

function compile(route: Route): Compiled {
  const names: string[] = []
  const source = route.pattern.replace(/\{(\w+)(\.\.\.)?\}/g, (_all, name: string, many?: string) => {
    names.push(name)
    return many ? '(.+)' : '([^/]+)'
  })
  return { ...route, regex: new RegExp(`^${source}$`), names }
}

/** `/containers/json` -> `containers`. */
const nounOf = (path: string): string => path.split('/', 2)[1] ?? ''

/** Finds the handler of a request and turns what it throws into an answer. */
export class Router {
  /** By the first part of the path. */
  private readonly routes: ReadonlyMap<string, readonly Compiled[]>
  private readonly parts: DaemonParts

  constructor(parts: DaemonParts, routes: readonly Route[]) {
    this.parts = parts
    const nouns = new Set(routes.map(({ pattern }) => nounOf(pattern)))
    const ofNoun = (noun: string): Compiled[] => routes.filter(({ pattern }) => nounOf(pattern) === noun).map(compile)
    this.routes = new Map(Array.from(nouns, (noun) => [noun, ofNoun(noun)]))
  }

  handle(request: ServerRequest): MaybePromise<ServerResponse | undefined> {
    const answer = this.answer(request)
    const whole = (given: ServerResponse | undefined): ServerResponse | undefined =>
      withCommonHeaders(given, this.parts.config.experimental)
    return answer instanceof Promise ? answer.then(whole) : whole(answer)
  }

  private answer(request: ServerRequest): MaybePromise<ServerResponse | undefined> {
    const [, version, path = ''] = /^(?:\/v(\d+\.\d+))?(\/.*)$/.exec(request.path) ?? []
    const spoken = version === undefined ? NEWEST_VERSION : versionNumber(version)
    const refused = refuseVersion(spoken, version)
    if (refused) return refused
    try {
      const answer = this.dispatch(request, path, spoken)
      return answer instanceof Promise ? answer.catch((error: unknown) => this.failed(request, error)) : answer
    } catch (error) {
      return this.failed(request, error)
    }
  }

  private failed(request: ServerRequest, error: unknown): ServerResponse {
    const told = failure(error)
    if (told) return told
    if (!(error instanceof Error)) throw error
    const what = error.stack ?? error.message
    logLine(this.parts.sys, 'error', `Handler for ${request.method} ${request.path} failed: ${what}`)
    return json({ message: error.message }, 500)
  }

  private dispatch(request: ServerRequest, path: string, version: number): MaybePromise<ServerResponse | undefined> {
    const ofNoun = this.routes.get(nounOf(path)) ?? []
    for (const { method, regex, names, handler } of ofNoun) {
      const match = method === request.method ? regex.exec(path) : null
      if (!match) continue
      const params = new Map(names.map((name, i) => [name, decode(match[i + 1] ?? '')]))
      const { query, headers } = request
      return handler({ parts: this.parts, request, params, query, headers, version })
    }
    const isKnown = ofNoun.some(({ regex }) => regex.test(path))
    return json({ message: isKnown ? 'method not allowed' : 'page not found' }, isKnown ? 405 : 404)
  }
}

const withCommonHeaders = (answer: ServerResponse | undefined, experimental: boolean): ServerResponse | undefined =>
  answer && { ...answer, headers: [...commonHeaders(experimental), ...pairs(answer.headers)] }

const OLDEST_VERSION = versionNumber(MIN_API_VERSION)

function refuseVersion(asked: number, version = API_VERSION): ServerResponse | undefined {
  if (asked > NEWEST_VERSION)
    return json(
      { message: `client version ${version} is too new. Maximum supported API version is ${API_VERSION}` },
      400,
    )
  if (asked < OLDEST_VERSION)
    return json(
      {
        message: `client version ${version} is too old. Minimum supported API version is ${MIN_API_VERSION}, please upgrade your client to a newer version`,
      },
      400,
    )
  return undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const pairs = (headers: ServerResponse['headers']): (readonly [string, string])[] =>
  headers === undefined
    ? []
    : Symbol.iterator in headers
      ? [...(headers as Iterable<readonly [string, string]>)]
      : Object.entries(headers)

const commonHeaders = (experimental: boolean): readonly (readonly [string, string])[] => [
  ['Api-Version', API_VERSION],
  ['Docker-Experimental', String(experimental)],
  ['Ostype', 'linux'],
  ['Server', `Docker/${ENGINE_VERSION} (linux)`],
]
