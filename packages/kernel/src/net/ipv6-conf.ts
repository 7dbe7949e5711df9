import type { Interface, Stack } from '@drydock/net'

/** net.ipv6.conf: for `all`, `default` and each interface, what the network heeds. ip-sysctl.rst of Linux */
export class Ipv6Conf {
  private readonly stack: Stack

  constructor(stack: Stack) {
    this.stack = stack
  }

  names(): string[] {
    return ['all', 'default', ...this.stack.interfaces.keys()]
  }

  private links(name: string): Interface[] {
    const { interfaces } = this.stack
    if (name === 'all') return [...interfaces.values()]
    const at = interfaces.get(name)
    return at ? [at] : []
  }

  disabled(name: string): boolean {
    const { ip6, interfaces } = this.stack
    if (name === 'all') return ip6.allDisabled
    return interfaces.get(name)?.ipv6Disabled ?? ip6.disabled
  }

  /** `all` is for those there are and those to come. */
  setDisabled(name: string, disabled: boolean): void {
    const { ip6 } = this.stack
    if (name === 'all') ip6.allDisabled = disabled
    if (name === 'all' || name === 'default') ip6.disabled = disabled
    for (const at of this.links(name)) ip6.setDisabled(at, disabled)
  }

  get forwarding(): boolean {
    return this.stack.ip6.forwarding
  }
  set forwarding(on: boolean) {
    this.stack.ip6.forwarding = on
  }

  mtu(name: string): number {
    return this.links(name)[0]?.mtu ?? 1280
  }

  /** net.ipv6.bindv6only */
  get bindOnly(): boolean {
    return this.stack.ip6.bindOnly
  }
  set bindOnly(on: boolean) {
    this.stack.ip6.bindOnly = on
  }
}
