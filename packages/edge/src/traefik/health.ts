import { inet, isErrno, type Sys } from '@drydock/abi'
import { HttpError, request as ask } from '@drydock/http'
import { dial } from '@drydock/libc'
import type { HealthCheck, ServiceConfig } from './dynamic-config.ts'

/** Asks servers with a health check how they are; those that do not answer get no requests. */
export class Health {
  private readonly sys: Sys
  private readonly tell: (server: string, problem: string | undefined) => Promise<void>
  private readonly down = new Set<string>()
  private round = 0

  /** @param tell of a server that changed; no problem when it is well again */
  constructor(sys: Sys, tell: (server: string, problem: string | undefined) => Promise<void>) {
    this.sys = sys
    this.tell = tell
  }

  isUp(server: string): boolean {
    return !this.down.has(server)
  }

  /** Takes other services in place of those before. */
  use(services: ReadonlyMap<string, ServiceConfig>): void {
    const round = ++this.round
    this.down.clear()
    for (const { servers, health } of services.values())
      if (health) for (const server of servers) void this.watch(server, health, round)
  }

  private async watch(server: string, check: HealthCheck, round: number): Promise<void> {
    while (this.round === round) {
      const problem = await this.problemOf(server, check)
      if (this.round !== round) return
      if (problem !== undefined && this.isUp(server)) {
        this.down.add(server)
        await this.tell(server, problem)
      } else if (problem === undefined && this.down.delete(server)) await this.tell(server, undefined)
      await this.sys.sleep(check.intervalMs)
    }
  }

  private async problemOf(server: string, { path, port, timeoutMs }: HealthCheck): Promise<string | undefined> {
    const url = new URL(server)
    try {
      const stream = await dial(this.sys, inet(url.hostname, port ?? (Number(url.port) || 80)), timeoutMs)
      try {
        const { status } = await ask(stream, { target: path, headers: [['Host', url.host]] })
        return status >= 200 && status < 400 ? undefined : `received error status code: ${status}`
      } finally {
        stream.close()
      }
    } catch (error) {
      if (!isErrno(error) && !(error instanceof HttpError)) throw error
      return `HTTP request failed: Get "${new URL(path, server).href}": dial tcp ${url.host}: connect: ${error.message.toLowerCase()}`
    }
  }
}
