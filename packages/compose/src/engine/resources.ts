import { ApiError, isNotFound, type Network, type NetworkCreateBody } from '@drydock/docker-api'
import type { Project } from '../load/project.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { NetworkSpec, VolumeSpec } from '../model/types.ts'
import { done, failed, type Progress, warned, working } from '../progress/tasks.ts'
import { allOf, type Backend } from './backend.ts'
import { networkHash, volumeHash } from './hash.ts'
import { COMPOSE_VERSION, LABEL, projectFilter } from './labels.ts'

/** Networks and volumes of a project: made before its containers, removed after them. */
export class Resources {
  private readonly backend: Backend
  private readonly project: Project
  private readonly progress: Progress

  constructor(backend: Backend, project: Project, progress: Progress) {
    this.backend = backend
    this.project = project
    this.progress = progress
  }

  /** Ids of the networks by their keys. @throws ComposeError for an external one that is missing */
  async ensureNetworks(): Promise<Map<string, string>> {
    const ids = new Map<string, string>()
    for (const [key, network] of this.project.networks) ids.set(key, await this.ensureNetwork(key, network))
    return ids
  }

  async ensureVolumes(): Promise<void> {
    for (const [key, volume] of this.project.volumes) await this.ensureVolume(key, volume)
  }

  private async named(name: string): Promise<Network | undefined> {
    const found = await this.backend.client.networks.list({ filters: { name: [name] } })
    return found.find((each) => each.Name === name || each.Id === name)
  }

  private async ensureNetwork(key: string, network: NetworkSpec): Promise<string> {
    const name = network.name ?? key
    const known = await this.named(name)
    if (network.external) {
      if (known) return known.Id
      throw new ComposeError(`network ${name} declared as external, but could not be found`)
    }
    if (!known) return this.createNetwork(key, name, network)
    this.checkOwner(known, name)
    const hash = known.Labels?.[LABEL.configHash]
    if (!hash || hash === networkHash(network)) return known.Id
    await this.backend.removeResource(`Network ${name}`, this.progress, () => this.replaceable(known))
    return this.createNetwork(key, name, network)
  }

  /** A changed network goes, and with it the containers' hold on it. */
  private async replaceable(network: Network): Promise<void> {
    const { Containers: attached = {} } = await this.backend.client.networks.inspect(network.Id)
    for (const id of Object.keys(attached))
      await this.backend.client.networks.disconnect(network.Id, { Container: id, Force: true })
    await this.backend.client.networks.remove(network.Id)
  }

  private checkOwner(network: Network, name: string): void {
    const owner = network.Labels?.[LABEL.project]
    if (owner === this.project.name) return
    this.backend.cli.warning(
      owner
        ? `a network with name ${name} exists but was not created for project ${JSON.stringify(this.project.name)}.\nSet \`external: true\` to use an existing network`
        : `a network with name ${name} exists but was not created by compose.\nSet \`external: true\` to use an existing network`,
    )
  }

  private async createNetwork(key: string, name: string, network: NetworkSpec): Promise<string> {
    const task = `Network ${name}`
    this.progress.on(working(task, 'Creating'))
    try {
      const { Id } = await this.backend.client.networks.create(this.networkBody(key, name, network))
      this.progress.on(done(task, 'Created'))
      return Id
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.progress.on(failed(task, 'Error'))
      throw new ComposeError(`failed to create network ${name}: Error response from daemon: ${error.message}`)
    }
  }

  private networkBody(key: string, name: string, network: NetworkSpec): NetworkCreateBody {
    const { driver, config, options } = network.ipam ?? {}
    const labels = new Map(network.labels ?? [])
    labels.set(LABEL.network, key).set(LABEL.project, this.project.name).set(LABEL.version, COMPOSE_VERSION)
    labels.set(LABEL.configHash, networkHash(network))
    return {
      Name: name,
      Labels: Object.fromEntries(labels),
      Options: Object.fromEntries(network.driver_opts ?? []),
      ...(network.driver ? { Driver: network.driver } : {}),
      ...(network.internal ? { Internal: true } : {}),
      ...(network.attachable ? { Attachable: true } : {}),
      ...(network.enable_ipv4 === undefined ? {} : { EnableIPv4: network.enable_ipv4 }),
      ...(network.enable_ipv6 === undefined ? {} : { EnableIPv6: network.enable_ipv6 }),
      ...(driver || config || options
        ? {
            IPAM: {
              Driver: driver ?? 'default',
              Options: Object.fromEntries(options ?? []),
              Config: (config ?? []).map((pool) => ({
                ...(pool.subnet ? { Subnet: pool.subnet } : {}),
                ...(pool.ip_range ? { IPRange: pool.ip_range } : {}),
                ...(pool.gateway ? { Gateway: pool.gateway } : {}),
                ...(pool.aux_addresses ? { AuxiliaryAddresses: Object.fromEntries(pool.aux_addresses) } : {}),
              })),
            },
          }
        : {}),
    }
  }

  private async ensureVolume(key: string, volume: VolumeSpec): Promise<void> {
    const name = volume.name ?? key
    const known = await this.inspectVolume(name)
    if (volume.external) {
      if (!known) throw new ComposeError(`external volume ${JSON.stringify(name)} not found`)
      return
    }
    if (!known) return this.createVolume(key, name, volume)
    const owner = known.Labels?.[LABEL.project]
    if (owner !== this.project.name)
      this.backend.cli.warning(
        owner
          ? `volume ${JSON.stringify(name)} already exists but was created for project ${JSON.stringify(owner)} (expected ${JSON.stringify(this.project.name)}). Use \`external: true\` to use an existing volume`
          : `volume ${JSON.stringify(name)} already exists but was not created by Docker Compose. Use \`external: true\` to use an existing volume`,
      )
  }

  private async inspectVolume(name: string) {
    try {
      return await this.backend.client.volumes.inspect(name)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  private async createVolume(key: string, name: string, volume: VolumeSpec): Promise<void> {
    const task = `Volume ${JSON.stringify(name)}`
    const labels = new Map(volume.labels ?? [])
    labels.set(LABEL.volume, key).set(LABEL.project, this.project.name).set(LABEL.version, COMPOSE_VERSION)
    labels.set(LABEL.configHash, volumeHash(volume))
    this.progress.on(working(task, 'Creating'))
    try {
      await this.backend.client.volumes.create({
        Name: name,
        Labels: Object.fromEntries(labels),
        ...(volume.driver ? { Driver: volume.driver } : {}),
        ...(volume.driver_opts ? { DriverOpts: Object.fromEntries(volume.driver_opts) } : {}),
      })
    } catch (error) {
      if (error instanceof ApiError) this.progress.on(failed(task, 'Error'))
      throw error
    }
    this.progress.on(done(task, 'Created'))
  }

  async removeNetworks(): Promise<void> {
    await allOf([...this.project.networks], async ([key, { name = key, external }]) => {
      if (!external) await this.removeNetwork(key, name)
    })
  }

  private async removeNetwork(key: string, name: string): Promise<void> {
    const filters = projectFilter(this.project.name, `${LABEL.network}=${key}`)
    const found = (await this.backend.client.networks.list({ filters })).filter((each) => each.Name === name)
    const task = `Network ${name}`
    for (const { Id } of found) {
      this.progress.on(working(task, 'Removing'))
      const { Containers: attached } = await this.backend.client.networks.inspect(Id)
      if (Object.keys(attached ?? {}).length > 0) this.progress.on(warned(task, 'Resource is still in use'))
      else {
        await this.backend.client.networks.remove(Id)
        this.progress.on(done(task, 'Removed'))
      }
    }
  }

  async removeVolumes(): Promise<void> {
    await allOf([...this.project.volumes], async ([key, { name = key, external }]) => {
      if (external || !(await this.inspectVolume(name))) return
      await this.backend.removeResource(`Volume ${name}`, this.progress, () =>
        this.backend.client.volumes.remove(name, { force: true }),
      )
    })
  }
}
