import { execFile, spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import Docker from 'dockerode'

/** Whether the machine has a command; without it a test says that it is skipped. */
export function machineHas(command: string): boolean {
  const there = spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
  if (!there) console.warn(`skipped: this machine has no ${command}`)
  return there
}

/** A command of the machine, with what it printed. */
export const machine = (
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> =>
  new Promise((done, failed) => {
    execFile(command, args, { env: { ...process.env, ...env }, timeout: 120_000 }, (error, stdout, stderr) =>
      error ? failed(new Error(`${error.message}\n${stderr}`)) : done(stdout),
    )
  })

export interface Published {
  readonly image: string
  readonly name: string
  /** In the container, and on 127.0.0.1. */
  readonly port: number
  readonly hostPort: number
  /** Of the simulated host; default all. */
  readonly hostAddress?: string
  readonly env?: readonly string[]
  readonly binds?: readonly string[]
}

/** Runs a server's image with one published port and waits until the port takes connections. */
export async function runPublished(socket: string, wanted: Published): Promise<Docker.Container> {
  const docker = new Docker({ socketPath: socket })
  const pulling = await docker.pull(wanted.image)
  await new Promise<void>((done, failed) =>
    docker.modem.followProgress(pulling, (error) => (error ? failed(error) : done())),
  )
  const container = await docker.createContainer({
    Image: wanted.image,
    name: wanted.name,
    ExposedPorts: { [`${wanted.port}/tcp`]: {} },
    ...(wanted.env && { Env: [...wanted.env] }),
    HostConfig: {
      PortBindings: {
        [`${wanted.port}/tcp`]: [
          { HostPort: String(wanted.hostPort), ...(wanted.hostAddress && { HostIp: wanted.hostAddress }) },
        ],
      },
      ...(wanted.binds && { Binds: [...wanted.binds] }),
    },
  })
  await container.start()
  await untilOpen(wanted.hostPort)
  return container
}

export async function untilOpen(port: number): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => (socket.destroy(), done(true)))
      socket.once('error', () => done(false))
    })
    if (open) return
    await new Promise((later) => setTimeout(later, 100))
  }
  throw new Error(`nobody listens on ${port}`)
}
