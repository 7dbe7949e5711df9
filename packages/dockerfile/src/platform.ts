import { DockerfileError } from './dockerfile-error.ts'

/** OCI image spec, "Image Index", platform. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}

const ALIASES: Readonly<Record<string, readonly [string, string?]>> = {
  x86_64: ['amd64'],
  'x86-64': ['amd64'],
  i386: ['386'],
  aarch64: ['arm64'],
  arm64: ['arm64'],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
}
const SYSTEMS: ReadonlySet<string> = new Set(['linux', 'windows', 'darwin', 'freebsd', 'wasi', 'js'])

/** `os/arch[/variant]`, or one of os and arch. @throws DockerfileError */
export function parsePlatform(text: string): Platform {
  const parts = text.split('/')
  if (parts.length > 3 || parts.some((part) => !/^[A-Za-z0-9_.-]+$/.test(part)))
    throw new DockerfileError(
      `${JSON.stringify(text)} is an invalid component of ${JSON.stringify(text)}: platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument`,
    )
  const [first = '', second, third] = parts.map((part) => part.toLowerCase())
  if (second === undefined) {
    if (SYSTEMS.has(first)) return { os: first, architecture: 'amd64' }
    const [architecture = first] = ALIASES[first] ?? []
    if (!/^(amd64|386|arm|arm64|ppc64le|s390x|riscv64|wasm|mips64le)$/.test(architecture))
      throw new DockerfileError(`${JSON.stringify(text)}: unknown operating system or architecture: invalid argument`)
    return { os: 'linux', ...normal(first) }
  }
  return { os: first, ...normal(second), ...(third !== undefined && third !== '' ? { variant: third } : {}) }
}

function normal(architecture: string): Omit<Platform, 'os'> {
  const [name = architecture, variant] = ALIASES[architecture] ?? []
  return { architecture: name, ...(variant === undefined ? {} : { variant }) }
}

export const printPlatform = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, ...(variant ? [variant] : [])].join('/')
