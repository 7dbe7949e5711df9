import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { parse } from 'yaml'
import { type DynamicConfig, EMPTY, grouped, merged, qualified, readMiddlewares, readRouter } from './dynamic-config.ts'
import { flatten } from './flags.ts'

const PROVIDER = 'file'

/** Reads the file, or every .yml and .yaml of the folder. */
export async function readFiles(sys: Sys, path: string): Promise<DynamicConfig> {
  const parts: DynamicConfig[] = []
  for (const file of filesAt(sys, path)) parts.push(ofDocument(parse(await readTextFile(sys, file))))
  return parts.length === 0 ? EMPTY : merged(parts)
}

function filesAt(sys: Sys, path: string): string[] {
  try {
    return sys
      .readdir(path)
      .map(({ name }) => name)
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted()
      .map((name) => `${path}/${name}`)
  } catch (error) {
    if (isErrno(error)) return [path]
    throw error
  }
}

interface Document {
  readonly http?: {
    readonly services?: Readonly<
      Record<string, { readonly loadBalancer?: { readonly servers?: readonly { readonly url: string }[] } }>
    >
  }
}

function ofDocument(document: unknown): DynamicConfig {
  const rows = flatten(document)
  const services = (document as Document | null)?.http?.services ?? {}
  return {
    routers: new Map(
      [...grouped(rows, 'http.routers')].map(([name, options]) => {
        const router = readRouter(options, { rule: '', service: name })
        return [qualified(name, PROVIDER), { ...router, service: qualified(router.service, PROVIDER) }]
      }),
    ),
    services: new Map(
      Object.entries(services).map(([name, { loadBalancer }]) => [
        qualified(name.toLowerCase(), PROVIDER),
        { servers: (loadBalancer?.servers ?? []).map(({ url }) => url), sticky: undefined, passHostHeader: true },
      ]),
    ),
    middlewares: new Map(
      readMiddlewares(rows, 'http.middlewares').map(([name, each]) => [qualified(name, PROVIDER), each]),
    ),
  }
}
