import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { parse } from 'yaml'
import {
  type CertificateFiles,
  type DynamicConfig,
  EMPTY,
  grouped,
  merged,
  qualified,
  readBalancer,
  readMiddlewares,
  readRouter,
  readTcpRouter,
  type ServiceConfig,
} from './dynamic-config.ts'
import { flatten } from './flags.ts'

const PROVIDER = 'file'

/** The text of the file, or of every .yml and .yaml of the folder. @throws Errno */
export async function readTexts(sys: Sys, path: string): Promise<readonly string[]> {
  const texts: string[] = []
  for (const file of filesAt(sys, path)) texts.push(await readTextFile(sys, file))
  return texts
}

/** @throws what yaml throws */
export const configOf = (texts: readonly string[]): DynamicConfig =>
  texts.length === 0 ? EMPTY : merged(texts.map((text) => ofDocument(parse(text))))

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

interface Balancer {
  readonly servers?: readonly { readonly url?: string; readonly address?: string }[]
}
interface Service {
  readonly loadBalancer?: Balancer
  readonly weighted?: { readonly services?: readonly { readonly name: string; readonly weight?: number }[] }
  readonly mirroring?: { readonly service: string }
  readonly failover?: { readonly service: string }
}
interface Document {
  readonly http?: { readonly services?: Readonly<Record<string, Service>> }
  readonly tcp?: { readonly services?: Readonly<Record<string, { readonly loadBalancer?: Balancer }>> }
  readonly tls?: {
    readonly certificates?: readonly { readonly certFile: string; readonly keyFile: string }[]
    readonly stores?: {
      readonly default?: { readonly defaultCertificate?: { readonly certFile: string; readonly keyFile: string } }
    }
  }
}

/** Arrays of `customRequestHeaders` and the like have no commas in their keys: leaves are enough. */
function ofDocument(given: unknown): DynamicConfig {
  const document = (given ?? {}) as Document
  const rows = flatten(document)
  return {
    routers: new Map(
      [...grouped(rows, 'http.routers')].map(([name, options]) => {
        const router = readRouter(options, { rule: '', service: name })
        return [qualified(name, PROVIDER), { ...router, service: qualified(router.service.toLowerCase(), PROVIDER) }]
      }),
    ),
    services: new Map(
      Object.entries(document.http?.services ?? {}).map(([name, service]) => [
        qualified(name.toLowerCase(), PROVIDER),
        serviceOf(name, service),
      ]),
    ),
    middlewares: new Map(
      readMiddlewares(rows, 'http.middlewares').map(([name, each]) => [qualified(name, PROVIDER), each]),
    ),
    tcpRouters: new Map(
      [...grouped(rows, 'tcp.routers')].map(([name, options]) => {
        const router = readTcpRouter(options, name)
        return [qualified(name, PROVIDER), { ...router, service: qualified(router.service.toLowerCase(), PROVIDER) }]
      }),
    ),
    tcpServices: new Map(
      Object.entries(document.tcp?.services ?? {}).map(([name, { loadBalancer }]) => [
        qualified(name.toLowerCase(), PROVIDER),
        { servers: (loadBalancer?.servers ?? []).map(({ address = '' }) => address) },
      ]),
    ),
    certificates: certificatesOf(document),
  }
}

function serviceOf(name: string, { loadBalancer, weighted, mirroring, failover }: Service): ServiceConfig {
  const shared =
    weighted?.services ?? [mirroring?.service ?? failover?.service ?? []].flat().map((each) => ({ name: each }))
  return {
    ...readBalancer(flatten(loadBalancer ?? weighted ?? {}), name.toLowerCase()),
    servers: (loadBalancer?.servers ?? []).map(({ url = '' }) => url),
    shares: shared.map((share) => ({
      name: qualified(share.name.toLowerCase(), PROVIDER),
      weight: 'weight' in share ? (share.weight ?? 1) : 1,
    })),
  }
}

function certificatesOf({ tls }: Document): CertificateFiles[] {
  const fallback = tls?.stores?.default?.defaultCertificate
  return [
    ...(tls?.certificates ?? []).map(({ certFile, keyFile }) => ({
      certificate: certFile,
      key: keyFile,
      isDefault: false,
    })),
    ...(fallback ? [{ certificate: fallback.certFile, key: fallback.keyFile, isDefault: true }] : []),
  ]
}
