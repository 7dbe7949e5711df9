import { EACCES } from '@drydock/abi'
import type { Inode } from '../../vfs/inode.ts'
import type { PathContext } from '../../vfs/path-context.ts'
import type { PseudoFileSystem } from '../pseudo-file-system.ts'
import { DynamicDirectory, PseudoDirectory, TextFile, type TextSource } from '../pseudo-inode.ts'
import type { ProcSource } from './proc-source.ts'
import { natural, requireRoot } from './sysctl-value.ts'

/** What is kept and shown again, with the values that Linux begins with. */
const KEPT: readonly (readonly [string, number])[] = [
  ['accept_dad', 1],
  ['accept_ra', 1],
  ['accept_redirects', 1],
  ['accept_source_route', 0],
  ['addr_gen_mode', 0],
  ['autoconf', 1],
  ['dad_transmits', 1],
  ['hop_limit', 64],
  ['keep_addr_on_down', 0],
  ['proxy_ndp', 0],
  ['router_solicitations', -1],
  ['use_tempaddr', 0],
]

/** /proc/sys/net/ipv6/conf of whoever looks: `all`, `default` and the interfaces of the network namespace. */
export class Ipv6ConfDirectory extends DynamicDirectory<string> {
  private readonly source: ProcSource

  constructor(fs: PseudoFileSystem, source: ProcSource) {
    super(fs, new Map())
    this.source = source
  }

  protected override names(context: PathContext | undefined): Iterable<string> {
    return context === undefined ? [] : this.source.ipv6(context).names()
  }
  protected override find(name: string, context: PathContext | undefined): string | undefined {
    return [...this.names(context)].find((each) => each === name)
  }
  protected override makeChild(name: string): Inode {
    const file = (source: TextSource) => () => new TextFile(this.fs, source, source.write === undefined ? 0o444 : 0o644)
    return new PseudoDirectory(
      this.fs,
      new Map([
        ...KEPT.map(([setting, initial]) => [setting, file(this.kept(name, setting, initial))] as const),
        ['disable_ipv6', file(this.disable(name))],
        ['forwarding', file(this.forwarding(name))],
        ['mtu', file({ read: (context) => `${this.source.ipv6(context).mtu(name)}\n` })],
      ]),
    )
  }
  override create(): Inode {
    throw EACCES
  }

  private disable(name: string): TextSource {
    return {
      read: (context) => `${Number(this.source.ipv6(context).disabled(name))}\n`,
      write: (text, context) => {
        requireRoot(context)
        this.source.ipv6(context).setDisabled(name, natural(text) !== 0)
      },
    }
  }

  /** Packets are passed on by the whole host; what single interfaces say is kept. */
  private forwarding(name: string): TextSource {
    if (name !== 'all') return this.kept(name, 'forwarding', 0)
    return {
      read: (context) => `${Number(this.source.ipv6(context).forwarding)}\n`,
      write: (text, context) => {
        requireRoot(context)
        this.source.ipv6(context).forwarding = natural(text) !== 0
      },
    }
  }

  private kept(name: string, setting: string, initial: number): TextSource {
    const path = `net/ipv6/conf/${name}/${setting}`
    return {
      read: (context) => `${this.source.settings(context, 'net').get(path) ?? initial}\n`,
      write: (text, context) => {
        requireRoot(context)
        this.source.settings(context, 'net').set(path, text.trim())
      },
    }
  }
}
