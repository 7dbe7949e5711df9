import { ALL_CAPABILITIES, exitStatus } from '@drydock/abi'
import type { ExecCreateBody, ExecInspect } from '@drydock/docker-api'
import { inBackground } from '../background.ts'
import type { Container } from '../containers/container.ts'
import { publishContainer } from '../containers/container-events.ts'
import { pumpOutput } from '../containers/pump.ts'
import { environmentOf, processSpec, sizeOf } from '../containers/runtime-spec.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { randomId } from '../identifiers.ts'
import { conflict, invalid, Problem, systemProblem } from '../problem.ts'
import { cgroupOf } from '../runtime/cgroups.ts'
import { launchExec, RuntimeError, type RunningTask } from '../runtime/launch.ts'
import { quietly } from '../state/files.ts'
import { parseDetachKeys } from '../streams/detach-keys.ts'
import type { ExecSession } from './exec-store.ts'

/** POST /containers/{id}/exec. @throws Problem conflict, invalid */
export function createExec(parts: DaemonParts, container: Container, body: ExecCreateBody): string {
  if (!body.Cmd || body.Cmd.length === 0) throw invalid('No exec command specified')
  checkKeys(body.DetachKeys)
  requireRunning(container)
  const id = randomId(parts.sys)
  parts.execs.add(id, container.id, body)
  container.execs.add(id)
  publishContainer(parts, container, `exec_create: ${body.Cmd.join(' ')}`, { execID: id })
  return id
}

/** @throws Problem system */
function checkKeys(keys: string | undefined): void {
  try {
    parseDetachKeys(keys)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw systemProblem(`Invalid escape keys (${keys}) provided`)
  }
}

/** @throws Problem conflict */
export function requireRunning(container: Container): RunningTask {
  if (container.record.State.Paused)
    throw conflict(`container ${container.name} is paused, unpause the container before exec`)
  if (container.record.State.Restarting)
    throw conflict(`container ${container.id} is restarting, wait until the container is running`)
  if (!container.process) throw conflict(`container ${container.id} is not running`)
  return container.process
}

/**
 * Starts the process of a session. Whoever wants its output attaches to it first.
 * @returns the message to show in place of output when it could not start
 * @throws Problem conflict
 */
export async function startExec(parts: DaemonParts, session: ExecSession): Promise<string | undefined> {
  const { sys } = parts
  const container = parts.containers.find(session.containerId)
  const task = requireRunning(container)
  const cgroup = cgroupOf(container.id, container.hostConfig.CgroupParent)
  if (!(session.body.WorkingDir || '/').startsWith('/')) return refused(session, 'Cwd must be an absolute path')
  const running = launchExec(sys, specOf(container, session.body), task, cgroup, session.body.AttachStdin ?? false)
  session.process = running
  session.running = true
  publishContainer(parts, container, `exec_start: ${session.body.Cmd.join(' ')}`, { execID: session.id })
  const drained = pumpOutput(sys, running, (stream, bytes) => session.output.send(stream, bytes))
  drained.catch(() => undefined)
  try {
    await running.started
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error
    await running.exited
    return failed(session, error)
  }
  inBackground(sys, 'exec', finish(parts, container, session, drained))
  return undefined
}

function failed(session: ExecSession, error: RuntimeError): string {
  const told = refused(session, `unable to start container process: ${error.message}`)
  return error.kind === 'user' ? error.message : told
}

/** What the runtime says when nothing was run. */
function refused(session: ExecSession, reason: string): string {
  session.running = false
  session.exitCode = 126
  session.output.end()
  return `OCI runtime exec failed: exec failed: ${reason}: unknown`
}

async function finish(
  parts: DaemonParts,
  container: Container,
  session: ExecSession,
  drained: Promise<void>,
): Promise<void> {
  const { process } = session
  if (!process) return
  const status = await process.exited
  await drained
  session.running = false
  session.exitCode = exitStatus(status)
  closeInput(parts, session)
  session.output.end()
  publishContainer(parts, container, 'exec_die', { execID: session.id, exitCode: String(session.exitCode) })
}

/** The client sent all its input. */
export function closeInput({ sys }: DaemonParts, session: ExecSession): void {
  const { input, terminal } = session.process?.streams ?? {}
  if (input !== undefined && !terminal && session.process) {
    session.process = { ...session.process, streams: { ...session.process.streams, input: undefined } }
    quietly(() => sys.close(input))
  }
}

function specOf(container: Container, body: ExecCreateBody): ReturnType<typeof processSpec> {
  const { size: _, ...own } = processSpec(container)
  return {
    ...own,
    args: body.Cmd,
    env: environmentOf(container, body.Tty ?? false, body.Env ?? []),
    cwd: body.WorkingDir || own.cwd,
    user: body.User || own.user,
    ...(body.Privileged ? { capabilities: ALL_CAPABILITIES } : {}),
    terminal: body.Tty ?? false,
    ...sizeOf(body.ConsoleSize),
  }
}

export function resizeExec({ sys }: DaemonParts, { process }: ExecSession, rows: number, cols: number): void {
  if (process?.streams.terminal) quietly(() => sys.setWindowSize(process.streams.output, { rows, cols }))
}

export function inspectExec(session: ExecSession): ExecInspect {
  const { body, process } = session
  return {
    ID: session.id,
    Running: session.running,
    ExitCode: session.exitCode,
    ProcessConfig: {
      tty: body.Tty ?? false,
      entrypoint: body.Cmd[0] ?? '',
      arguments: body.Cmd.slice(1),
      privileged: body.Privileged ?? false,
      ...(body.User ? { user: body.User } : {}),
    },
    OpenStdin: body.AttachStdin ?? false,
    OpenStderr: body.AttachStderr ?? false,
    OpenStdout: body.AttachStdout ?? false,
    CanRemove: !session.running,
    ContainerID: session.containerId,
    DetachKeys: '',
    Pid: session.running ? (process?.pid ?? 0) : 0,
  }
}
