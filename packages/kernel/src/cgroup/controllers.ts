import { EINVAL, ENOENT } from '@drydock/abi'

/** In the order of cgroup.controllers. cgroup-v2.rst, "Controllers". */
export const CONTROLLERS = ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'] as const
export type Controller = (typeof CONTROLLERS)[number]

const isController = (name: string): name is Controller => (CONTROLLERS as readonly string[]).includes(name)

/** The controllers that a group hands down to the groups below. */
export class ControllerSet {
  private readonly names: Set<Controller>

  constructor(names: Iterable<Controller>) {
    this.names = new Set(names)
  }

  has(name: Controller): boolean {
    return this.names.has(name)
  }
  get empty(): boolean {
    return this.names.size === 0
  }
  get text(): string {
    return CONTROLLERS.filter((name) => this.names.has(name)).join(' ')
  }

  set(name: Controller, on: boolean): void {
    if (on) this.names.add(name)
    else this.names.delete(name)
  }
}

/** `+memory -pids`. @throws EINVAL for other words and unknown controllers, ENOENT for those that are not to be had */
export function readChanges(text: string, has: (name: Controller) => boolean): [Controller, boolean][] {
  return text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const name = word.slice(1)
      if (!/^[+-]/.test(word) || !isController(name)) throw EINVAL
      if (word.startsWith('+') && !has(name)) throw ENOENT
      return [name, word.startsWith('+')]
    })
}
