import { type Process, SIGKILL, SIGTERM, type Sys } from '@drydock/abi'

export const RUN_FOLDER = '/var/run/docker/containerd'
const ARGV: readonly string[] = ['containerd', '--config', `${RUN_FOLDER}/containerd.toml`]

/** Starts the daemon's companion, which stays in the namespaces that the daemon was started in. @returns what ends it */
export function startContainerd(sys: Sys): () => void {
  const pid = sys.fork(stay, { argv: ARGV, setsid: true, defaultSignals: [SIGTERM] })
  return () => sys.kill(pid, SIGTERM)
}

async function stay({ sys }: Process): Promise<number> {
  sys.prctl({ name: 'containerd', parentDeathSignal: SIGKILL })
  for (;;) await sys.pause()
}

/**
 * A process that is in the daemon's own namespaces whatever the daemon does: process 1 of its machine, or where it is
 * that itself (docker:dind), its companion.
 */
export function namespaceKeeper(sys: Sys): number {
  if (sys.getpid() !== 1) return 1
  return sys.processes().find(({ ppid, argv }) => ppid === 1 && argv[0] === ARGV[0])?.pid ?? 1
}
