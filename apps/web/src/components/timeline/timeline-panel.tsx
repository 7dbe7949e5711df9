import type { Moment } from '@drydock/playground/rpc'
import { History, RotateCcw, RotateCw } from 'lucide-react'
import { useText } from '../../messages/use-text.ts'
import { takenBack } from '../../timeline/moments.ts'
import { useTimeTravel } from '../../timeline/use-time-travel.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { Blank } from '../kit/blank.tsx'
import styles from './timeline-panel.module.css'

/** Everything that was done and can be taken back, the newest first. */
export default function TimelinePanel({ view, client }: PanelProps) {
  const text = useText()
  const { goBack } = useTimeTravel(client)
  const { moments } = view
  const taken = takenBack(moments)
  if (moments.length === 0)
    return (
      <Blank icon={<History />} title={text('noMoments')}>
        {text('noMomentsHint')}
      </Blank>
    )
  return (
    <div className={styles.timeline}>
      <p className={styles.note}>{text('timelineNote')}</p>
      <ol className={styles.moments} reversed>
        {moments.toReversed().map((moment) => (
          <Row key={moment.id} moment={moment} taken={taken.has(moment.id)} onGo={() => void goBack(moment)} />
        ))}
      </ol>
    </div>
  )
}

function Row({ moment, taken, onGo }: { moment: Moment; taken: boolean; onGo: () => void }) {
  const text = useText()
  const { kind, command, host, atMs } = moment
  const forward = kind === 'return'
  const label = text(forward ? 'goForward' : 'goBackBefore', { command })
  return (
    <li className={styles.moment} data-kind={kind} data-taken={taken}>
      <span className={styles.what}>
        {forward ? <span>{text('wentBack', { command })}</span> : <code>{command}</code>}
        <small>
          <time dateTime={new Date(atMs).toISOString()}>{new Date(atMs).toLocaleTimeString()}</time>
          {host && ` · ${host}`}
          {taken && ` · ${text('takenBack')}`}
        </small>
      </span>
      <button type="button" className="button small" aria-label={label} title={label} onClick={onGo}>
        {forward ? <RotateCw aria-hidden="true" /> : <RotateCcw aria-hidden="true" />}
        {text(forward ? 'redo' : 'backHere')}
      </button>
    </li>
  )
}
