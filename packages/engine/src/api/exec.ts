import type { ExecCreateBody, ExecStartBody } from '@drydock/docker-api'
import { closeInput, createExec, inspectExec, resizeExec, startExec } from '../exec/exec.ts'
import type { ExecSession } from '../exec/exec-store.ts'
import { conflict, Problem } from '../problem.ts'
import { attach } from '../streams/attach.ts'
import { parseDetachKeys } from '../streams/detach-keys.ts'
import { frame } from '../streams/stdcopy.ts'
import { EXEC_CREATE, EXEC_START } from './body-shapes.ts'
import { type Call, integer, json, param, readJson, requireJson, type Route, route } from './route.ts'
import { speaksBefore } from './api-version.ts'
import { upgrade } from './upgrade.ts'

const encoder = new TextEncoder()

async function create(call: Call): Promise<ReturnType<typeof json>> {
  const { parts } = call
  const body = await requireJson<ExecCreateBody>(call, EXEC_CREATE)
  return json({ Id: createExec(parts, parts.containers.find(param(call, 'id')), body) }, 201)
}

async function start(call: Call): Promise<ReturnType<typeof json> | undefined> {
  const { parts } = call
  const session = parts.execs.find(param(call, 'id'))
  const options = (await readJson<ExecStartBody>(call, EXEC_START)) ?? {}
  if (session.started) throw conflict(`Error: Exec command ${session.id} has already run`)
  session.started = true
  if (options.ConsoleSize && !speaksBefore(call, '1.42')) session.body.ConsoleSize = options.ConsoleSize
  if (!options.Detach) return startAttached(call, session)
  const problem = await startExec(parts, session)
  if (problem !== undefined) throw new Problem('invalid', problem)
  return { status: 200 }
}

async function startAttached(call: Call, session: ExecSession): Promise<undefined> {
  const { parts } = call
  const { body } = session
  const tty = body.Tty ?? false
  // What is wrong before the process starts is an ordinary answer.
  parts.containers.find(session.containerId)
  const stream = await upgrade(call, tty)
  const attachment = attach(parts.sys, session.output, stream, {
    stdin: body.AttachStdin ?? false,
    stdout: body.AttachStdout ?? false,
    stderr: body.AttachStderr ?? false,
    tty,
    detachKeys: parseDetachKeys(body.DetachKeys),
    input: () => session.process?.streams.input,
    inputEnded: () => closeInput(parts, session),
  })
  try {
    const problem = await startExec(parts, session)
    if (problem !== undefined) {
      const bytes = encoder.encode(`${problem}\r\n`)
      await stream.write(tty ? bytes : frame('stdout', bytes))
      return undefined
    }
    attachment.startInput()
    await attachment.done
  } finally {
    stream.close()
  }
  return undefined
}

function resize(call: Call): ReturnType<typeof json> {
  const { parts } = call
  const session = parts.execs.find(param(call, 'id'))
  resizeExec(parts, session, integer(call, 'h') ?? 24, integer(call, 'w') ?? 80)
  return { status: 200 }
}

export const execRoutes: readonly Route[] = [
  route('POST', '/containers/{id}/exec', create),
  route('POST', '/exec/{id}/start', start),
  route('POST', '/exec/{id}/resize', resize),
  route('GET', '/exec/{id}/json', (call) => json(inspectExec(call.parts.execs.find(param(call, 'id'))))),
]
