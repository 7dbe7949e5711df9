import type { HostView } from '@drydock/playground/rpc'
import { Container, FileDown, Film, Link2, ScrollText } from 'lucide-react'
import { type ReactNode, useContext, useState } from 'react'
import type { SessionClient } from '../../client/session-client.ts'
import { linkTo } from '../../client/shared-link.ts'
import { EnginesContext } from '../../engine/engine-stores.ts'
import { LayoutContext } from '../../layout/layout-context.ts'
import { tabsOf } from '../../layout/layout-store.ts'
import type { MessageKey } from '../../messages/en.ts'
import { sizeText } from '../../messages/sizes.ts'
import { useText } from '../../messages/use-text.ts'
import { handOver } from '../files/file-paths.ts'
import { Dialog } from '../kit/dialog.tsx'
import { useToasts } from '../kit/toasts.tsx'
import { TerminalsContext } from '../terminals/terminals-context.ts'
import styles from './share-dialog.module.css'

interface Props {
  readonly client: SessionClient
  readonly sessionId: string
  readonly host: HostView | undefined
  readonly onClose: () => void
}

interface Way {
  readonly icon: ReactNode
  readonly title: MessageKey
  readonly says: MessageKey
  readonly action: MessageKey
  run(): Promise<void>
}

const save = (content: BlobPart, name: string): void => handOver(new Blob([content]), name)

/** Everything that can be taken out of the page: the session, what runs in it, what a terminal said. */
export default function ShareDialog(props: Props) {
  const text = useText()
  const say = useToasts((state) => state.say)
  const [busy, setBusy] = useState(false)
  const ways = useWays(props)
  const attempt = async (way: Way): Promise<void> => {
    setBusy(true)
    await way.run().catch((error: Error) => say({ tone: 'danger', text: error.message }))
    setBusy(false)
  }
  return (
    <Dialog title={text('takeAlong')} description={text('takeAlongDescription')} onClose={props.onClose}>
      <ul className={styles.ways}>
        {ways.map((way) => (
          <li key={way.title}>
            <span className={styles.icon} aria-hidden="true">
              {way.icon}
            </span>
            <span className={styles.words}>
              <b>{text(way.title)}</b>
              <span>{text(way.says)}</span>
            </span>
            <button type="button" className="button" disabled={busy} onClick={() => void attempt(way)}>
              {text(way.action)}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

function useWays({ client, sessionId, host }: Props): readonly Way[] {
  const text = useText()
  const say = useToasts((state) => state.say)
  const engines = useContext(EnginesContext)
  const terminals = useContext(TerminalsContext)
  const layout = useContext(LayoutContext)
  const shown = () => {
    const { groups = [], active = 0 } = layout && host ? tabsOf(layout.getState(), host.name) : {}
    return terminals?.of(host?.name ?? '', groups[active]?.panes[0] ?? '')
  }
  const copyLink = async (): Promise<void> => {
    const file = await client.api.exportSession()
    const link = linkTo(file)
    if (link === undefined) throw new Error(text('tooLongForLink', { size: sizeText(file.length) }))
    await navigator.clipboard.writeText(link)
    say({ tone: 'good', text: text('linkCopied') })
  }
  const saveFile = async (): Promise<void> =>
    save((await client.api.exportSession()) as Uint8Array<ArrayBuffer>, `${sessionId}.drydock`)
  const saveWhatRuns = async (): Promise<void> => {
    if (!host || !engines) return
    const { exportWhatRuns } = await import('../../export/what-runs.ts')
    const files = await exportWhatRuns(await engines.of(host.name).client(), `What ran on ${host.name}`)
    if (files.length === 0) throw new Error(text('nothingRuns'))
    for (const file of files) save(file.text, file.name)
  }
  const saveTranscript = async (): Promise<void> => save(shown()?.transcript() ?? '', `${host?.name ?? 'terminal'}.txt`)
  const saveCast = async (): Promise<void> =>
    save(shown()?.cast(host?.name ?? '') ?? '', `${host?.name ?? 'terminal'}.cast`)
  return [
    { icon: <Link2 />, title: 'asLink', says: 'asLinkSays', action: 'copyLink', run: copyLink },
    { icon: <FileDown />, title: 'asFile', says: 'asFileSays', action: 'save', run: saveFile },
    { icon: <Container />, title: 'asCompose', says: 'asComposeSays', action: 'save', run: saveWhatRuns },
    { icon: <ScrollText />, title: 'asTranscript', says: 'asTranscriptSays', action: 'save', run: saveTranscript },
    { icon: <Film />, title: 'asCast', says: 'asCastSays', action: 'save', run: saveCast },
  ]
}
