import { ArrowLeft, ExternalLink, Monitor, RefreshCw, Smartphone } from 'lucide-react'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { portOrigin } from '../../client/session-address.ts'
import { useLayout } from '../../layout/layout-context.ts'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { Blank } from '../kit/blank.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import styles from './preview-panel.module.css'

/** A small browser beside the terminal, on the port's own origin. */
export default function PreviewPanel(props: PanelProps) {
  const text = useText()
  const { host } = props
  const chosen = useLayout((layout) => layout.previews[host.name])
  const preview = useLayout((layout) => layout.preview)
  const ports = [...new Set(host.ports.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port))]
  const port = chosen ?? ports[0]
  return (
    <>
      {ports.length > 0 && (
        <div className={styles.ports} role="group" aria-label={text('ports')}>
          {ports.map((each) => (
            <button
              type="button"
              key={each}
              className={styles.port}
              aria-pressed={each === port}
              onClick={() => preview(host.name, each)}
            >
              {each}
            </button>
          ))}
        </div>
      )}
      {port === undefined ? (
        <Blank icon={<Monitor />} title={text('noPorts')}>
          {text('noPortsHint')} <code>docker run -d -p 8080:80 nginx</code>
        </Blank>
      ) : (
        <SmallBrowser key={port} {...props} port={port} />
      )}
    </>
  )
}

function SmallBrowser({ view, host, client, bridges, onOpenPort, port }: PanelProps & { port: number }) {
  const text = useText()
  const frame = useRef<HTMLIFrameElement>(null)
  const [path, setPath] = useState('/')
  const [turn, setTurn] = useState(0)
  const [phone, setPhone] = useState(false)
  const [past, setPast] = useState<readonly string[]>([])
  const [ready, setReady] = useState(false)
  const [reason, setReason] = useState<string>()
  const origin = portOrigin(host.address, view.id, port)
  useEffect(() => {
    bridges.ensure(view.id, host.name, host.address, port).then(
      () => setReady(true),
      (error: Error) => setReason(error.message),
    )
    void client.api.diagnose(host.name, port).then((found) => setReason(found.reachable ? undefined : found.reason))
  }, [port, turn, host.ports])
  const go = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const wanted = String(new FormData(event.currentTarget).get('path'))
    setPast([...past, path])
    setPath(wanted.startsWith('/') ? wanted : `/${wanted}`)
    setTurn(turn + 1)
  }
  const back = (): void => {
    setPath(past.at(-1) ?? '/')
    setPast(past.slice(0, -1))
    setTurn(turn + 1)
  }
  return (
    <>
      <form className={styles.bar} onSubmit={go}>
        <IconButton label={text('back')} disabled={past.length === 0} onClick={back}>
          <ArrowLeft />
        </IconButton>
        <IconButton label={text('reload')} onClick={() => setTurn(turn + 1)}>
          <RefreshCw />
        </IconButton>
        <label className={styles.address}>
          <span>
            {host.address}:{port}
          </span>
          <input
            key={path}
            name="path"
            className={styles.path}
            defaultValue={path}
            aria-label={text('address')}
            spellCheck={false}
          />
        </label>
        <IconButton label={text('phoneWidth')} pressed={phone} onClick={() => setPhone(!phone)}>
          <Smartphone />
        </IconButton>
        <IconButton label={text('openInTab')} onClick={() => onOpenPort(port)}>
          <ExternalLink />
        </IconButton>
      </form>
      {reason && (
        <p className="banner" role="status">
          {reason}
        </p>
      )}
      {ready && (
        <div className={styles.stage} data-phone={phone}>
          <iframe
            ref={frame}
            key={`${turn}`}
            className={styles.frame}
            title={text('portOf', { port, host: host.name })}
            src={`${origin}${path}`}
          />
        </div>
      )}
    </>
  )
}
