import type { SwarmInfo, SwarmInitBody, SwarmJoinBody } from '@drydock/docker-api'
import {
  addNode,
  Agent,
  type Append,
  type Assignments,
  type AttachWish,
  type ControlArgs,
  type ControlMethod,
  type ControlResult,
  Consensus,
  createCluster,
  isJoinToken,
  isUnlockKey,
  becomeOnlyManager,
  managersOf,
  type NodeObject,
  type Peers,
  SwarmError,
  type TaskObject,
  type Vote,
} from '@drydock/swarm'
import { inBackground, logLine } from '../background.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { NOT_A_MANAGER } from '../networks/network-store.ts'
import { invalid, Problem } from '../problem.ts'
import { placeOf, SWARM_PORT } from './cluster-address.ts'
import { newRoot, requireAuthority } from './authority.ts'
import { ANSWERS, certify } from './answers.ts'
import { describeNode } from './describe-node.ts'
import { leaveWarning } from './leave-warning.ts'
import { ignoreErrors, Links } from './links.ts'
import { type Changed, Manager, NO_LEADER } from './manager.ts'
import { managersKnown, NodeFiles, type NodeRecord, type Place } from './node-record.ts'
import { NodeCertificate } from './node-certificate.ts'
import { type Member, NodeSession } from './node-session.ts'
import type { RpcConnection } from './rpc.ts'
import { ReadLogs } from './read-logs.ts'
import { removeTaskContainers } from './remove-tasks.ts'
import { Servers } from './servers.ts'
import { pause, settled } from './settled.ts'
import { LOCKED, swarmInfo } from './swarm-info.ts'
import { swarmProblem } from './swarm-problem.ts'
import { checkInit } from './check-init.ts'
import { configureNetworks, removeNetworks, requireGatewayNetwork } from './swarm-networks.ts'
import { ContainerController } from './task-controller.ts'
import { filesOf } from './task-files.ts'
import { Placeholders } from './templates.ts'

const ALREADY =
  'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.'
const NOT_IN_SWARM = 'This node is not part of a swarm'
const LEAVE_LOCKED = 'Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.'
const WORKER =
  "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager."
/** Where libnetwork's gossip would be. */
const NODE_PORT = 7946
const DEMOTION_MS = 1500
const READY_MS = 20_000
const NOT_READY =
  'Timeout was reached before node joined. The attempt to join the swarm will continue in the background. Use the "docker info" command to see the current swarm status of your node.'
/** How long a node that was promoted waits until it asks again to be counted. */
const JOIN_MS = 500

/** This machine as a member of a swarm, or of none. */
export class SwarmNode implements Member {
  record: NodeRecord | undefined
  manager: Manager | undefined
  private readonly parts: DaemonParts
  private readonly files: NodeFiles
  agent: Agent
  private assignments: Assignments | undefined
  /** Its state lies on disk under a key that nobody has told yet. */
  isLocked = false
  private readonly session: NodeSession
  private readonly certificate: NodeCertificate
  /** Managers listen for all that is asked of them, every node for what others want to see of it. */
  private readonly servers: Servers
  private readonly links: Links
  private readonly logs: ReadLogs

  constructor(parts: DaemonParts) {
    this.parts = parts
    this.files = new NodeFiles(parts.sys, parts.places.root)
    this.links = new Links(parts.sys, (method, params, from) => this.answer(method, params, from))
    this.servers = new Servers(parts.sys, (stream) => this.links.open(stream))
    this.session = new NodeSession(parts, this.links, this)
    this.certificate = new NodeCertificate(parts.sys, parts.places.root, (request) => this.certify(request))
    this.logs = new ReadLogs(parts)
    this.agent = this.newAgent()
    this.record = this.files.loadRecord()
    this.isLocked = this.record?.role === 'manager' && this.files.isLocked
    parts.networks.released = (containerId, networkId) => this.detach(containerId, networkId)
  }

  private newAgent(): Agent {
    const { parts } = this
    return new Agent(
      {
        configure: (assignments) => this.configure(assignments),
        controller: (task) => {
          const node = { id: this.record?.nodeId ?? '', description: describeNode(parts) }
          const placeholders = new Placeholders(task, node)
          return new ContainerController(parts, task, node, () => filesOf(task, this.assignments, placeholders))
        },
      },
      parts.sys.clock,
      (taskId, status) => this.session.report(taskId, status),
      (error) => {
        if (error instanceof Error) logLine(parts.sys, 'error', `swarm: ${error.stack ?? error.message}`)
      },
    )
  }

  // state -------------------------------------------------------------------------------------------------------------

  get isManager(): boolean {
    return this.manager !== undefined
  }

  get localState(): 'inactive' | 'active' | 'locked' {
    if (this.isLocked) return 'locked'
    return this.record ? 'active' : 'inactive'
  }

  info(): SwarmInfo {
    return swarmInfo(this)
  }

  /** The cluster's state, for those who may see it. @throws Problem unavailable */
  requireManager(): Manager {
    const { manager, record } = this
    if (!record) throw new Problem('unavailable', NOT_A_MANAGER)
    if (this.isLocked) throw new Problem('unavailable', LOCKED)
    if (!manager) throw new Problem('unavailable', WORKER)
    if (!manager.leader && !this.leaderAddress) throw swarmProblem(new SwarmError('Unknown', NO_LEADER))
    return manager
  }

  private get leaderAddress(): string | undefined {
    const leader = this.manager?.consensus?.leader
    if (leader === undefined || leader === this.record?.nodeId) return undefined
    return this.manager?.store.get('node', leader)?.internal.managerAddr
  }

  // coming and going ----------------------------------------------------------------------------------------------------

  /** @returns the node's id @throws Problem */
  async init(body: SwarmInitBody): Promise<string> {
    if (this.record && !body.ForceNewCluster) throw new Problem('unavailable', ALREADY)
    if (this.record) return this.beginAnew(this.record, body)
    const { sys } = this.parts
    checkInit(body)
    const place = placeOf(sys, body)
    const root = await newRoot(sys, body.Spec ?? {})
    const manager = new Manager(this.parts, this.files)
    const { clock, entropy } = sys
    const powers = { store: manager.store, clock, entropy, wakeAt: () => undefined }
    requireGatewayNetwork(this.parts)
    createCluster(powers, {
      spec: { ...body.Spec, ...(body.AutoLockManagers ? { EncryptionConfig: { AutoLockManagers: true } } : {}) },
      addressPools: body.DefaultAddrPool ?? [],
      subnetSize: body.SubnetSize ?? 0,
      dataPathPort: body.DataPathPort ?? 0,
      root,
    })
    const node = addNode(powers, {
      ...{ role: 'manager', description: describeNode(this.parts), ...place },
      availability: body.Availability ?? 'active',
    })
    this.become(node, { ...place, managers: [{ NodeID: node.ID, Addr: place.managerAddr }] })
    this.manager = manager
    this.start()
    return node.ID
  }

  /** The state there is, with this node as the only manager: what is left to a swarm that has lost its majority. */
  private beginAnew(record: NodeRecord, body: SwarmInitBody): string {
    const { manager } = this
    if (!manager) throw new Problem('unavailable', NOT_A_MANAGER)
    const { sys } = this.parts
    const place = placeOf(sys, body)
    this.stop()
    const fresh = new Manager(this.parts, this.files)
    fresh.store.restore(manager.store.snapshot())
    becomeOnlyManager(fresh.store, record.nodeId, place, body.Spec ?? {})
    this.record = { ...record, ...place, managers: [{ NodeID: record.nodeId, Addr: place.managerAddr }] }
    this.files.saveRecord(this.record)
    this.manager = fresh
    this.start()
    return record.nodeId
  }

  private become(node: NodeObject, where: Place & Pick<NodeRecord, 'managers'>): void {
    this.record = { nodeId: node.ID, secret: node.internal.secret, role: node.Spec.Role ?? 'worker', ...where }
    this.files.saveRecord(this.record)
  }

  /** @throws Problem */
  async join(body: SwarmJoinBody): Promise<void> {
    if (this.record) throw new Problem('unavailable', ALREADY)
    const { sys } = this.parts
    const [remote] = body.RemoteAddrs ?? []
    if (!remote) throw invalid('at least 1 RemoteAddr is required to join')
    const token = body.JoinToken ?? ''
    if (!isJoinToken(token)) throw invalid('invalid join token')
    const place = placeOf(sys, body)
    await requireAuthority(this.links, remote, token)
    const node = await this.links.askLeader<NodeObject>([remote], 'join', {
      ...{ token, description: describeNode(this.parts), ...place },
      availability: body.Availability ?? 'active',
    })
    requireGatewayNetwork(this.parts)
    this.become(node, { ...place, managers: [{ NodeID: '', Addr: remote }] })
    if (node.Spec.Role === 'manager') this.manager = new Manager(this.parts, this.files)
    this.start()
    if (!(await settled(sys.clock, () => this.isReady, READY_MS))) throw new Problem('unavailable', NOT_READY)
  }

  /** Told of what it is a member of: of its tasks, and as a manager of the swarm. */
  private get isReady(): boolean {
    return this.assignments !== undefined && (this.manager?.store.isKnown ?? true)
  }

  /** @throws Problem */
  async leave(force: boolean): Promise<void> {
    const { record, manager } = this
    if (!record) throw new Problem('unavailable', NOT_IN_SWARM)
    if (this.isLocked && !force) throw new Problem('unavailable', LEAVE_LOCKED)
    if (manager && !force) throw new Problem('unavailable', leaveWarning(manager.store))
    await this.tellLeaving(record).catch(() => undefined)
    this.stop()
    await removeTaskContainers(this.parts, record.nodeId)
    await this.agent.dispose()
    removeNetworks(this.parts)
    this.files.clear()
    this.isLocked = false
    this.record = undefined
    this.manager = undefined
    this.assignments = undefined
    this.agent = this.newAgent()
  }

  private async tellLeaving({ nodeId, secret, managers }: NodeRecord): Promise<void> {
    if (this.manager?.leader) return
    const others = managers.filter(({ NodeID }) => NodeID !== nodeId).map(({ Addr }) => Addr)
    if (others.length > 0) await this.links.askLeader(others, 'leave', { nodeId, secret })
  }

  /** Networks of tasks that come back, before containers start again. */
  restore(): void {
    if (!this.record || this.isLocked) return
    if (this.record.role === 'manager') this.manager = new Manager(this.parts, this.files)
    const last = this.files.loadAssignments()
    if (last) this.configure(last)
  }

  /** Takes part from now on. */
  start(): void {
    if (!this.record || this.isLocked) return
    this.servers.open(NODE_PORT)
    if (this.manager) this.manage(this.manager)
    this.session.start()
  }

  /** A manager answers others, and finds with them who leads. */
  private manage(manager: Manager): void {
    const { record } = this
    if (!record) return
    this.servers.open(this.managerPort)
    manager.consensus = new Consensus(
      record.nodeId,
      manager.store,
      this.peersOf(manager, record),
      this.parts.sys,
      this.files.loadTerm(),
    )
  }

  private peersOf(manager: Manager, { nodeId }: NodeRecord): Peers {
    const { store } = manager
    const addressOf = (peer: string): string => store.get('node', peer)?.internal.managerAddr ?? ''
    return {
      members: () => managersOf(store).map(({ ID }) => ID),
      vote: (peer, wish) => this.links.askPeer(peer, addressOf(peer), 'vote', wish),
      append: (peer, entry) => this.links.askPeer(peer, addressOf(peer), 'append', entry),
      leads: (yes) => (yes ? this.lead(manager, nodeId) : manager.follow()),
      reachable: (peers) => manager.showReachable(peers),
      saveTerm: (saved) => this.files.saveTerm(saved),
    }
  }

  private lead(manager: Manager, nodeId: string): void {
    manager.lead(nodeId)
    this.session.reopen()
  }

  /** Promoted or demoted by the leader. */
  private takeRole(role: 'manager' | 'worker'): void {
    const { record } = this
    if (!record || role === record.role) return
    this.record = { ...record, role }
    this.files.saveRecord(this.record)
    if (role === 'manager') {
      if (this.manager) return
      this.manager = new Manager(this.parts, this.files)
      this.manage(this.manager)
      inBackground(this.parts.sys, 'swarm', this.joinManagers(this.manager))
      return
    }
    // A leader that is demoted still tells the others so.
    this.parts.sys.clock.after(DEMOTION_MS, () => {
      if (this.record?.role !== 'worker') return
      this.manager?.stop()
      this.manager = undefined
      this.servers.close(this.managerPort)
      this.files.dropSnapshot()
    })
  }

  /** From now on it counts for the majority: not before it is there to be asked. */
  private async joinManagers(manager: Manager): Promise<void> {
    const { clock } = this.parts.sys
    while (this.manager === manager && this.record?.role === 'manager') {
      const { nodeId, secret, managers } = this.record
      if (manager.store.get('node', nodeId)?.ManagerStatus) return
      const others = managers.filter(({ NodeID }) => NodeID !== nodeId).map(({ Addr }) => Addr)
      await this.links.askLeader(others, 'joinManagers', { nodeId, secret }).catch(ignoreErrors)
      await pause(clock, JOIN_MS)
    }
  }

  stop(): void {
    this.certificate.stop()
    this.session.stop()
    this.manager?.stop()
    this.servers.closeAll()
    this.links.closeAll()
  }

  /** @throws Problem */
  unlock(key: string): void {
    if (!this.isLocked) {
      this.requireManager()
      throw new Problem('conflict', 'swarm is not locked')
    }
    if (!isUnlockKey(key)) throw invalid('invalid key string')
    if (!this.files.unlock(key)) throw invalid('swarm could not be unlocked: invalid key provided')
    this.isLocked = false
    this.restore()
    this.start()
  }

  /** A certificate of its own, signed by whoever leads. */
  private async certify(request: string): Promise<string | null | undefined> {
    const { record, manager } = this
    if (!record) return undefined
    const { nodeId, secret, role } = record
    if (manager?.leader) return certify(manager, nodeId, role, request)
    return this.links.askLeader<string | null>(managersKnown(record), 'certify', { nodeId, secret, request })
  }

  // what this node does -------------------------------------------------------------------------------------------------

  private configure(assignments: Assignments): void {
    this.assignments = assignments
    const { record } = this
    if (!record) return
    configureNetworks(this.parts, assignments, record.dataPathAddr, this.isManager)
    this.files.saveAssignments(assignments)
    this.record = { ...record, managers: assignments.managers }
    this.files.saveRecord(this.record)
    this.takeRole(assignments.role)
    if (assignments.root !== undefined)
      inBackground(this.parts.sys, 'swarm', this.certificate.want({ root: assignments.root, role: assignments.role }))
  }

  // asking others -------------------------------------------------------------------------------------------------------

  /** A change of the cluster, by whoever leads it. @throws Problem */
  async control<Method extends ControlMethod>(
    method: Method,
    args: ControlArgs<Method>,
  ): Promise<ControlResult<Method>> {
    const manager = this.requireManager()
    try {
      if (manager.leader) return (await manager.change(method, args)).result
    } catch (error) {
      throw swarmProblem(error)
    }
    const wish = { method, args }
    const answer = await this.links.askLeader<Changed<Method>>([this.leaderAddress ?? ''], 'control', wish)
    // Whoever asks here next shall see what he has done.
    await settled(this.parts.sys.clock, () => manager.store.index >= answer.index)
    return answer.result
  }

  /** An address for a container of this node on an attachable network. @throws Problem */
  async attach(wish: Omit<AttachWish, 'nodeId'>): Promise<string> {
    const { record, manager } = this
    const args = { ...wish, nodeId: record?.nodeId ?? '' }
    try {
      if (manager?.leader) return manager.perform('attachContainer', args)
    } catch (error) {
      throw swarmProblem(error)
    }
    const addresses = managersKnown(record)
    const question = { method: 'attachContainer', args }
    return (await this.links.askLeader<Changed<'attachContainer'>>(addresses, 'control', question)).result
  }

  /** Until the network is built here: the leader tells so after the first wish for an address. */
  async networkReady(id: string): Promise<void> {
    await settled(this.parts.sys.clock, () => this.parts.networks.overlays.has(id))
  }

  detach(containerId: string, networkId: string): void {
    const args = { containerId, networkId }
    if (this.manager?.leader) return void this.manager.perform('detachContainer', args)
    void this.links
      .askLeader(managersKnown(this.record), 'control', { method: 'detachContainer', args })
      .catch(() => undefined)
  }

  // answering others ----------------------------------------------------------------------------------------------------

  private get managerPort(): number {
    return Number(this.record?.managerAddr.split(':')[1]) || SWARM_PORT
  }

  /** A connection to another node, whatever its role. @throws (rejects) SwarmError */
  connectNode(id: string): Promise<RpcConnection> {
    return this.links.connect(`${this.manager?.store.get('node', id)?.Status.Addr ?? ''}:${NODE_PORT}`)
  }

  private taskOf({ taskId }: { readonly taskId: string }): TaskObject | undefined {
    return this.assignments?.tasks.find(({ ID }) => ID === taskId)
  }

  private answer(method: string, params: unknown, from: RpcConnection): unknown {
    if (method === 'assign') return this.agent.assign(params as Assignments)
    if (method === 'log') return this.logs.next(this.taskOf(params as { taskId: string }), from)
    const { manager } = this
    if (!manager) throw new SwarmError('Unavailable', 'node is not a manager')
    if (method === 'vote') return manager.consensus?.vote(params as Vote)
    if (method === 'append') return manager.consensus?.append(params as Append)
    if (!manager.leader) {
      const redirect = this.leaderAddress
      if (redirect) return { redirect }
      throw new SwarmError('Unavailable', NO_LEADER)
    }
    return ANSWERS[method]?.(manager, params as never, from)
  }
}
