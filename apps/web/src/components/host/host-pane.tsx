import type { HostView } from '@drydock/playground/rpc'
import { memo, useState } from 'react'
import type { SessionClient } from '../../client/session-client.ts'
import type { Hint } from '../../hints/rules.ts'
import { TerminalDeck } from '../terminals/terminal-deck.tsx'
import { HintLine } from './hint-line.tsx'

interface Props {
  readonly host: HostView
  readonly client: SessionClient
  readonly visible: boolean
  /** Said by the page itself, a port that cannot be opened for instance. */
  readonly word: string | undefined
  readonly onWordRead: () => void
}

/** The terminals of one host, and the quiet line below them. */
export const HostPane = memo(function HostPane({ host, client, visible, word, onWordRead }: Props) {
  const [hint, setHint] = useState<Hint>()
  const dismiss = (): void => {
    setHint(undefined)
    onWordRead()
  }
  return (
    <section className="host" hidden={!visible} aria-label={host.name}>
      <TerminalDeck client={client} host={host.name} visible={visible} onHint={setHint} />
      {(hint || word) && <HintLine hint={word ? undefined : hint} word={word} onDismiss={dismiss} />}
    </section>
  )
})
