import { type Cli, isProblem } from '@drydock/cli-plugin'

/** Names of nodes and services for their ids, each asked for once; what can't be found keeps its id. */
export class NameResolver {
  private readonly names = new Map<string, string>()
  private readonly cli: Cli
  private readonly resolves: boolean

  constructor(cli: Cli, resolves = true) {
    this.cli = cli
    this.resolves = resolves
  }

  node(id: string): Promise<string> {
    return this.cached(id, async () => {
      const { Spec, Description } = await this.cli.client.nodes.inspect(id)
      return Spec.Name || Description.Hostname || id
    })
  }

  service(id: string): Promise<string> {
    return this.cached(id, async () => (await this.cli.client.services.inspect(id)).Spec.Name ?? '')
  }

  private async cached(id: string, ask: () => Promise<string>): Promise<string> {
    if (!this.resolves || id === '') return id
    const known = this.names.get(id)
    if (known !== undefined) return known
    const name = await this.orId(id, ask)
    this.names.set(id, name)
    return name
  }

  private async orId(id: string, ask: () => Promise<string>): Promise<string> {
    try {
      return await ask()
    } catch (error) {
      if (!isProblem(error)) throw error
      return id
    }
  }
}
