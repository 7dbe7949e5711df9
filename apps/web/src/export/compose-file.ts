import type { ContainerInspect, ImageInspect } from '@drydock/docker-api'
import { type Node, printYaml } from './yaml.ts'

export interface RunningService {
  readonly container: ContainerInspect
  readonly image: ImageInspect
  /** A Dockerfile that goes with it, for an image that no registry has. */
  readonly dockerfile?: string | undefined
}

/** A compose file that makes containers like these. What the image says itself is left out. */
export function composeFile(services: readonly RunningService[], comment: string): string {
  const volumes = new Set(services.flatMap((service) => mountsOf(service).flatMap(({ named }) => named ?? [])))
  const networks = new Set(services.flatMap(networksOf))
  const document = {
    services: Object.fromEntries(services.map((service) => [nameOf(service), serviceOf(service)])),
    networks: networks.size > 0 ? namedNodes(networks) : undefined,
    volumes: volumes.size > 0 ? namedNodes(volumes) : undefined,
  }
  return `# ${comment}\n${printYaml(document)}`
}

const namedNodes = (names: Iterable<string>): Node => Object.fromEntries([...names].map((name) => [name, {}]))
const nameOf = ({ container }: RunningService): string => container.Name.replace(/^\//, '')

function serviceOf(service: RunningService): Node {
  const { container, image, dockerfile } = service
  const { Config, HostConfig } = container
  const networks = networksOf(service)
  return {
    image: Config.Image,
    build: dockerfile === undefined ? undefined : { context: '.', dockerfile },
    container_name: nameOf(service),
    entrypoint: unlike(Config.Entrypoint, image.Config?.Entrypoint),
    command: unlike(Config.Cmd, image.Config?.Cmd),
    working_dir: Config.WorkingDir && Config.WorkingDir !== image.Config?.WorkingDir ? Config.WorkingDir : undefined,
    user: Config.User && Config.User !== image.Config?.User ? Config.User : undefined,
    environment: some((Config.Env ?? []).filter((pair) => !(image.Config?.Env ?? []).includes(pair)).map(unexpanded)),
    ports: some(portsOf(service)),
    volumes: some(mountsOf(service).map(({ spec }) => spec)),
    networks: some(networks),
    tty: Config.Tty || undefined,
    stdin_open: Config.OpenStdin || undefined,
    restart: restartOf(HostConfig.RestartPolicy),
  }
}

/** Compose would take a dollar for the begin of a variable. */
const unexpanded = (text: string): string => text.replaceAll('$', '$$$$')
const some = (list: readonly string[]): readonly string[] | undefined => (list.length > 0 ? list : undefined)

function unlike(
  own: readonly string[] | null | undefined,
  images: readonly string[] | null | undefined,
): Node | undefined {
  if (!own || JSON.stringify(own) === JSON.stringify(images ?? null)) return undefined
  return own.map(unexpanded)
}

const restartOf = (policy: { Name?: string; MaximumRetryCount?: number } | undefined): string | undefined => {
  if (!policy?.Name || policy.Name === 'no') return undefined
  return policy.MaximumRetryCount ? `${policy.Name}:${policy.MaximumRetryCount}` : policy.Name
}

/** `8080:80`, `127.0.0.1:53:53/udp`. */
function portsOf({ container }: RunningService): string[] {
  return Object.entries(container.HostConfig.PortBindings ?? {}).flatMap(([inside, bindings]) =>
    (bindings ?? []).map(({ HostIp, HostPort }) => {
      const port = inside.replace('/tcp', '')
      const address = HostIp && HostIp !== '0.0.0.0' ? `${HostIp}:` : ''
      return HostPort ? `${address}${HostPort}:${port}` : port
    }),
  )
}

interface MountSpec {
  readonly spec: string
  /** Of a volume with a name. */
  readonly named?: string
}

/** An anonymous volume has a name of 64 digits, and comes with the image. */
function mountsOf({ container }: RunningService): MountSpec[] {
  return container.Mounts.flatMap(({ Type, Name, Source, Destination, RW }) => {
    const mode = RW === false ? ':ro' : ''
    if (Type === 'bind') return [{ spec: `${Source}:${Destination}${mode}` }]
    if (Type !== 'volume' || !Name || /^[0-9a-f]{64}$/.test(Name)) return []
    return [{ spec: `${Name}:${Destination}${mode}`, named: Name }]
  })
}

const BUILT_IN = ['bridge', 'host', 'none', 'ingress']

const networksOf = ({ container }: RunningService): string[] =>
  Object.keys(container.NetworkSettings.Networks).filter((name) => !BUILT_IN.includes(name))
