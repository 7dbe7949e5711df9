import type { Directive } from './directive.ts'
import type { HttpdConfig } from './config.ts'

/** BalancerMember, as children share it. */
export interface Member {
  readonly url: string
  readonly route: string
  readonly factor: number
  readonly spare: boolean
  readonly retryMs: number
  /** lbstatus of byrequests. */
  lead: number
  /** When it failed, on the clock that only goes forward; undefined while it is well. */
  failedMs: number | undefined
  elected: number
}

interface Balancer {
  readonly name: string
  readonly members: readonly Member[]
  readonly sticky: string | undefined
  readonly method: string
}

const setting = (args: readonly string[], name: string): string | undefined =>
  args.find((each) => each.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)

function memberOf({ args: [url = '', ...words] }: Directive): Member {
  return {
    url: url.replace(/\/$/, ''),
    route: setting(words, 'route') ?? '',
    factor: Number(setting(words, 'loadfactor') ?? 1) * 100,
    spare: /h/i.test(setting(words, 'status') ?? ''),
    retryMs: Number(setting(words, 'retry') ?? 60) * 1000,
    ...{ lead: 0, failedMs: undefined, elected: 0 },
  }
}

/** Groups of servers behind `balancer://name`. mod_proxy_balancer */
export class Balancers {
  private readonly known: ReadonlyMap<string, Balancer>

  constructor({ main, hosts }: HttpdConfig) {
    const sections = [main, ...hosts].flatMap(({ sections: all }) =>
      all.filter(({ kind, path }) => kind === 'proxy' && path?.startsWith('balancer://')),
    )
    this.known = new Map(
      sections.map(({ path = '', layer }) => {
        const name = path.replace(/^balancer:\/\//, '').replace(/\/$/, '')
        const set = layer.all('proxyset').flatMap(({ args }) => args)
        const members = layer.all('balancermember').map(memberOf)
        return [
          name.toLowerCase(),
          { name, members, sticky: setting(set, 'stickysession'), method: setting(set, 'lbmethod') ?? 'byrequests' },
        ]
      }),
    )
  }

  get all(): Iterable<Balancer> {
    return this.known.values()
  }

  find(name: string): Balancer | undefined {
    return this.known.get(name.toLowerCase())
  }

  /** The member whose turn it is. @param tried those that were asked in vain @param route the one a session keeps to */
  choose(name: string, tried: ReadonlySet<Member>, nowMs: number, route: string | undefined): Member | undefined {
    const members = this.find(name)?.members ?? []
    const usable = members.filter(
      (each) => !tried.has(each) && (each.failedMs === undefined || nowMs - each.failedMs >= each.retryMs),
    )
    const kept = route === undefined ? undefined : usable.find((each) => each.route === route)
    const ready = usable.filter(({ spare }) => !spare)
    const candidates = ready.length > 0 ? ready : usable
    const chosen = kept ?? mostDue(candidates)
    if (chosen) chosen.elected++
    return chosen
  }
}

/** lbmethod_byrequests: each gains its factor, and who is chosen pays for all. */
function mostDue(members: readonly Member[]): Member | undefined {
  const total = members.reduce((sum, { factor }) => sum + factor, 0)
  for (const each of members) each.lead += each.factor
  const [first, ...rest] = members
  const chosen = rest.reduce((best, each) => (best === undefined || each.lead > best.lead ? each : best), first)
  if (chosen) chosen.lead -= total
  return chosen
}
