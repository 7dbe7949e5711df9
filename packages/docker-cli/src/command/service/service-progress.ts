import { CliError, shortId } from '@drydock/cli-plugin'
import type { JsonMessage, Service, Task, TaskState } from '@drydock/docker-api'

/** What is drawn of a service that converges, and whether it has. */
export interface ServiceProgress {
  readonly isDone: boolean
  show(
    service: Service,
    tasks: readonly Task[],
    active: ReadonlySet<string>,
    rollsBack: boolean,
  ): Generator<JsonMessage, void, void>
}

/** How far a task is; states that count for nothing are missing. */
const STEPS: Readonly<Partial<Record<TaskState, number>>> = {
  new: 1,
  allocated: 2,
  pending: 3,
  assigned: 4,
  accepted: 5,
  preparing: 6,
  ready: 7,
  starting: 8,
  running: 9,
  complete: 10,
  shutdown: 11,
  failed: 12,
  rejected: 13,
}
const step = (state: TaskState): number => STEPS[state] ?? 0
const RUNNING = 9
const COMPLETE = 10
const isOver = (state: TaskState): boolean => step(state) > RUNNING
const LONGEST_STATE = 9
const MOST_BARS = 20
const MOST_ERROR = 75

const line = (id: string, status: string, current = 0, total = 0): JsonMessage => ({
  id,
  status,
  progressDetail: total > 0 ? { current, total, hidecounts: true } : {},
})
const bar = (id: string, state: TaskState, total: number): JsonMessage =>
  line(id, state.padEnd(LONGEST_STATE), step(state), total)
const problem = (id: string, text: string): JsonMessage => {
  const flat = text.replaceAll('\n', ' ')
  return line(id, flat.length > MOST_ERROR ? `${flat.slice(0, MOST_ERROR - 1)}…` : flat)
}
const overall = (running: number, wanted: number, rollsBack: boolean): JsonMessage =>
  line('overall progress', `${rollsBack ? 'rolling back update: ' : ''}${running} out of ${wanted} tasks`)

/** Of several tasks in one place the one that is to live longest; equal ones by how far they are. */
function inPlaces<K>(tasks: readonly Task[], place: (task: Task) => K, fits: (task: Task) => boolean): Map<K, Task> {
  const places = new Map<K, Task>()
  for (const task of tasks) {
    if (step(task.DesiredState) === 0 || step(task.Status.State) === 0) continue
    const other = places.get(place(task))
    if (other) {
      const difference = step(other.DesiredState) - step(task.DesiredState)
      if (difference < 0 || (difference === 0 && step(other.Status.State) <= step(task.Status.State))) continue
    }
    if (fits(task)) places.set(place(task), task)
  }
  return places
}

const isRunning = (task: Task): boolean => !isOver(task.DesiredState) && task.Status.State === 'running'

/** One task's line. */
function* taskLine(id: string, task: Task): Generator<JsonMessage, void, void> {
  if (task.Status.Err) yield problem(id, task.Status.Err)
  else if (!isOver(task.DesiredState) && !isOver(task.Status.State)) yield bar(id, task.Status.State, RUNNING)
}

class Replicated implements ServiceProgress {
  isDone = false
  private started = false
  private settled = false
  private readonly slots = new Map<number, number>();

  *show(
    service: Service,
    tasks: readonly Task[],
    active: ReadonlySet<string>,
    rollsBack: boolean,
  ): Generator<JsonMessage, void, void> {
    const wanted = service.Spec.Mode?.Replicated?.Replicas ?? 0
    if (!this.started) {
      yield overall(0, wanted, rollsBack)
      if (wanted <= MOST_BARS) for (let i = 1; i <= wanted; i++) yield line(`${i}/${wanted}`, ' ')
      this.started = true
    }
    const places = inPlaces(
      tasks,
      ({ Slot }) => Slot ?? 0,
      ({ NodeID }) => !NodeID || active.has(NodeID),
    )
    if ([...places.values()].some(({ Status }) => Status.State !== 'running')) this.settled = false
    for (const [slot, task] of places) {
      const at = this.slots.get(slot) ?? this.slots.size + 1
      this.slots.set(slot, at)
      if (!this.settled && wanted <= MOST_BARS && at <= wanted) yield* taskLine(`${at}/${wanted}`, task)
    }
    const running = [...places.values()].filter(isRunning).length
    if (!this.settled) yield overall(running, wanted, rollsBack)
    this.settled ||= running === wanted
    this.isDone = running === wanted
  }
}

class Global implements ServiceProgress {
  isDone = false
  private started = false
  private settled = false;

  *show(
    _service: Service,
    tasks: readonly Task[],
    active: ReadonlySet<string>,
    rollsBack: boolean,
  ): Generator<JsonMessage, void, void> {
    const places = inPlaces(
      tasks,
      ({ NodeID }) => NodeID ?? '',
      () => true,
    )
    const wanted = places.size
    if (!this.started) {
      if (wanted === 0) return yield line('overall progress', 'waiting for new tasks')
      yield overall(0, wanted, rollsBack)
      this.started = true
    }
    if ([...places.values()].some(({ Status }) => Status.State !== 'running')) this.settled = false
    const there = [...places].filter(([node]) => active.has(node))
    for (const [node, task] of there) if (!this.settled && wanted <= MOST_BARS) yield* taskLine(shortId(node), task)
    const running = there.filter(([, task]) => isRunning(task)).length
    if (!this.settled) yield overall(running, wanted, rollsBack)
    this.settled ||= running === wanted
    this.isDone = running === wanted
  }
}

const ofIteration = (service: Service, tasks: readonly Task[]): Task[] =>
  tasks.filter((task) => task.JobIteration?.Index === service.JobStatus?.JobIteration.Index)
const jobProgress = (done: number, total: number): JsonMessage =>
  line('job progress', `${String(done).padStart(String(total).length)} out of ${total} complete`, done, total)

class ReplicatedJob implements ServiceProgress {
  isDone = false
  private started = false

  private *totals(job: { concurrent: number; total: number }, active: number, done: number): Generator<JsonMessage> {
    const width = String(job.concurrent).length
    const wanted = Math.min(job.total - done, job.concurrent)
    const padded = (count: number): string => String(count).padStart(width)
    yield jobProgress(done, job.total)
    yield line('active tasks', `${padded(active)} out of ${padded(wanted)} tasks`)
  }

  *show(service: Service, tasks: readonly Task[]): Generator<JsonMessage, void, void> {
    const { MaxConcurrent = 0, TotalCompletions: total = 0 } = service.Spec.Mode?.ReplicatedJob ?? {}
    const job = { concurrent: MaxConcurrent, total }
    if (!this.started) {
      yield* this.totals(job, 0, 0)
      if (total <= MOST_BARS) for (let i = 1; i <= total; i++) yield line(`${i}/${total}`, ' ')
      this.started = true
    }
    const slots = new Map<number, Task>()
    for (const task of ofIteration(service, tasks)) {
      if (step(task.DesiredState) === 0 || step(task.Status.State) === 0) continue
      const other = slots.get(task.Slot ?? 0)
      if (!other || step(other.Status.State) > step(task.Status.State)) slots.set(task.Slot ?? 0, task)
    }
    const found = [...slots].toSorted(([a], [b]) => a - b)
    if (total <= MOST_BARS)
      for (const [slot, { Status }] of found)
        yield Status.Err
          ? problem(`${slot + 1}/${total}`, Status.Err)
          : bar(`${slot + 1}/${total}`, Status.State, COMPLETE)
    const done = found.filter(([, { Status }]) => Status.State === 'complete').length
    yield* this.totals(job, found.filter(([, { Status }]) => step(Status.State) < COMPLETE).length, done)
    this.isDone = done === total
  }
}

class GlobalJob implements ServiceProgress {
  isDone = false
  private nodes: ReadonlySet<string> | undefined;

  *show(service: Service, tasks: readonly Task[], active: ReadonlySet<string>): Generator<JsonMessage, void, void> {
    const mine = ofIteration(service, tasks)
    if (!this.nodes) {
      if (tasks.length === 0 && active.size > 0) return yield line('job progress', 'waiting for tasks')
      // Nodes that join later are not waited for.
      this.nodes = new Set(mine.map(({ NodeID }) => NodeID ?? ''))
      yield jobProgress(0, this.nodes.size)
    }
    const places = new Map(
      mine.filter(({ NodeID }) => this.nodes?.has(NodeID ?? '')).map((task) => [task.NodeID ?? '', task]),
    )
    if (this.nodes.size <= MOST_BARS)
      for (const [node, { Status }] of places)
        yield Status.Err ? problem(shortId(node), Status.Err) : bar(shortId(node), Status.State, COMPLETE)
    const done = [...places.values()].filter(({ Status }) => Status.State === 'complete').length
    yield jobProgress(done, this.nodes.size)
    this.isDone = done === this.nodes.size
  }
}

/** By the service's mode. @throws CliError */
export function progressOf({ Spec: { Mode } }: Service): ServiceProgress {
  if (Mode?.Replicated?.Replicas !== undefined) return new Replicated()
  if (Mode?.Global) return new Global()
  if (Mode?.ReplicatedJob) return new ReplicatedJob()
  if (Mode?.GlobalJob) return new GlobalJob()
  throw new CliError('unrecognized service mode')
}
