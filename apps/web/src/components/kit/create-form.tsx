import { Plus } from 'lucide-react'
import type { FormEvent } from 'react'
import { useText } from '../../messages/use-text.ts'
import styles from './list.module.css'

interface Props {
  readonly label: string
  readonly busy: boolean
  /** @returns whether it was made: then the field is emptied */
  readonly onCreate: (name: string) => Promise<boolean>
}

/** Makes an object of which only the name is asked. */
export function CreateForm({ label, busy, onCreate }: Props) {
  const text = useText()
  const create = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = event.currentTarget
    void onCreate(String(new FormData(form).get('name')).trim()).then((done) => done && form.reset())
  }
  return (
    <form className={styles.tools} onSubmit={create}>
      <input className="field-input" name="name" required autoComplete="off" aria-label={label} placeholder={label} />
      <button type="submit" className="button" disabled={busy}>
        <Plus className={styles.icon} aria-hidden="true" />
        {text('create')}
      </button>
    </form>
  )
}
