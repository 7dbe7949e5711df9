import type { Sys } from '@drydock/abi'
import type { TaskStatus } from '@drydock/docker-api'
import type { Agent } from '@drydock/swarm'
import { inBackground } from '../background.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { describeNode } from './describe-node.ts'
import type { Links } from './links.ts'
import type { Manager } from './manager.ts'
import { managersKnown, type NodeRecord } from './node-record.ts'
import { pause } from './settled.ts'

const RETRY_MS = 1000

/** Whose session it is; each of these changes as the node comes, goes and is promoted. */
export interface Member {
  readonly record: NodeRecord | undefined
  readonly manager: Manager | undefined
  readonly agent: Agent
}

/** The way to whoever leads: in this daemon, or on another node. */
interface Channel {
  report(statuses: readonly (readonly [string, TaskStatus])[]): void
  close(): void
}

/** Is told by the leader what to do, whoever that is, as long as its node is a member. swarmkit agent/session */
export class NodeSession {
  private readonly parts: DaemonParts
  private readonly sys: Sys
  private readonly links: Links
  private readonly member: Member
  private channel: Channel | undefined
  /** Counts up when membership changes: what belongs to an earlier one stops. */
  private generation = 0

  constructor(parts: DaemonParts, links: Links, member: Member) {
    this.parts = parts
    this.sys = parts.sys
    this.links = links
    this.member = member
  }

  start(): void {
    this.generation++
    inBackground(this.sys, 'swarm', this.keep(this.generation))
  }

  stop(): void {
    this.generation++
    this.reopen()
    this.channel = undefined
  }

  /** Somebody else leads. */
  reopen(): void {
    this.channel?.close()
  }

  report(taskId: string, status: TaskStatus): void {
    this.channel?.report([[taskId, status]])
  }

  private async keep(generation: number): Promise<void> {
    while (this.generation === generation && this.member.record) {
      try {
        await this.open(this.member.record, generation)
      } catch (error) {
        if (!(error instanceof Error)) throw error
      }
      // Another membership may have begun meanwhile, with a channel of its own.
      if (this.generation !== generation) return
      this.channel = undefined
      await pause(this.sys.clock, RETRY_MS)
    }
  }

  private open(record: NodeRecord, generation: number): Promise<void> {
    const { manager } = this.member
    return manager?.leader ? this.openHere(record, manager, generation) : this.openThere(record, generation)
  }

  private async openThere(record: NodeRecord, generation: number): Promise<void> {
    const { nodeId, secret } = record
    const { connection } = await this.links.findLeader(managersKnown(record), 'session', {
      ...{ nodeId, secret },
      description: describeNode(this.parts),
    })
    const ended = new Promise<void>((resolve) => connection.onClose(resolve))
    this.begin({
      report: (statuses) => void connection.call('report', { nodeId, statuses }).catch(() => undefined),
      close: () => connection.close(),
    })
    while (!connection.closed && this.generation === generation) {
      const periodMs = await connection.call<number>('heartbeat', { nodeId }).catch(() => connection.close())
      await Promise.race([ended, pause(this.sys.clock, periodMs || RETRY_MS)])
    }
    connection.close()
  }

  private async openHere({ nodeId }: NodeRecord, manager: Manager, generation: number): Promise<void> {
    const { leader } = manager
    if (!leader) return
    this.begin({
      report: (statuses) => leader.report(nodeId, statuses),
      close: leader.dispatcher.open(nodeId, (assignments) => this.member.agent.assign(assignments)),
    })
    while (manager.leader === leader && this.generation === generation) {
      await pause(this.sys.clock, leader.dispatcher.heartbeat(nodeId))
    }
  }

  /** A leader that is new may have missed some of what was told. */
  private begin(channel: Channel): void {
    this.channel = channel
    channel.report(this.member.agent.statuses())
  }
}
