import { useText } from '../../messages/use-text.ts'
import { useSettings } from '../../settings/use-settings.ts'
import styles from './invitation.module.css'

/** Offered once, out of the way: whoever comes to type is not kept from it. */
export function Invitation({ onTour }: { onTour: () => void }) {
  const text = useText()
  const { toured, change } = useSettings((settings) => settings)
  if (toured) return null
  return (
    <section className={styles.invitation} aria-label={text('tour')}>
      <p>{text('tourInvitation')}</p>
      <div>
        <button type="button" className="button small primary" onClick={onTour}>
          {text('tourStart')}
        </button>
        <button type="button" className="button small" onClick={() => change({ toured: true })}>
          {text('tourSkip')}
        </button>
      </div>
    </section>
  )
}
