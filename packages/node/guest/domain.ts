import EventEmitter from 'events'
import { loop } from './loop.ts'

const RUNNING = {}

/** node:domain, which is deprecated: errors of what runs in one, also later, are told to it. */
export class Domain extends EventEmitter {
  readonly members: unknown[] = []
  run<T>(call: (...args: unknown[]) => T, ...args: unknown[]): T | undefined {
    return loop.within(new Map([...loop.frame, [RUNNING, this]]), () => {
      try {
        return call(...args)
      } catch (error) {
        this.emit('error', error)
        return undefined
      }
    })
  }
  bind(call: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
    return (...args) => this.run(() => call(...args))
  }
  intercept(call: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
    return (error, ...args) => (error ? this.emit('error', error) : this.run(() => call(...args)))
  }
  add(member: EventEmitter): void {
    this.members.push(member)
    member.on('error', ((error: unknown) => this.emit('error', error)) as never)
  }
  remove(member: unknown): void {
    this.members.splice(this.members.indexOf(member), 1)
  }
  enter(): void {
    loop.frame = new Map([...loop.frame, [RUNNING, this]])
  }
  exit(): void {
    loop.frame = new Map([...loop.frame].filter(([key]) => key !== RUNNING))
  }
}

/** @returns whether a domain has heard of it */
export function heardByDomain(error: unknown): boolean {
  const domain = loop.frame.get(RUNNING) as Domain | undefined
  if (!domain || domain.listenerCount('error') === 0) return false
  loop.within(new Map(), () => domain.emit('error', error))
  return true
}
const create = (): Domain => new Domain()
export const domainModule = { Domain, create, createDomain: create, active: null }
