import { Plus } from 'lucide-react'
import { useText } from '../messages/use-text.ts'
import styles from './notice.module.css'

/** What a session without instances shows. */
export function EmptyState({ onAdd }: { onAdd: () => Promise<void> }) {
  const text = useText()
  return (
    <section className={styles.notice}>
      <img src="./favicon.svg" alt="" width="64" height="64" />
      <h1>{text('emptyTitle')}</h1>
      <p>{text('emptyText')}</p>
      <button type="button" className="button primary large" onClick={() => void onAdd()}>
        <Plus aria-hidden="true" />
        {text('emptyAction')}
      </button>
      <p className="quiet">
        {text('emptyHint')} <code>docker run -d -p 80:80 nginx</code>
      </p>
    </section>
  )
}
