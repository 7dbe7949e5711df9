import type { Terminal } from '@xterm/xterm'

const LOCAL = /^(localhost|127\.0\.0\.1|0\.0\.0\.0|192\.168\.0\.\d+|node\d+)$/

/**
 * Makes addresses in the output links. One of this playground leads to its port, any other opens in a tab.
 * @returns takes them away again
 */
export function showLinks(terminal: Terminal, onPort: (port: number) => void): () => void {
  const open = (_: MouseEvent, address: string): void => {
    const { hostname, port, protocol } = new URL(address)
    if (LOCAL.test(hostname)) onPort(Number(port) || (protocol === 'https:' ? 443 : 80))
    else window.open(address, '_blank', 'noopener')
  }
  const loading = import('@xterm/addon-web-links').then(({ WebLinksAddon }) => {
    const addon = new WebLinksAddon(open)
    terminal.loadAddon(addon)
    return addon
  })
  return () => void loading.then((addon) => addon.dispose()).catch(() => undefined)
}
