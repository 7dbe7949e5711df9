import { Search } from 'lucide-react'
import styles from './filter.module.css'

interface Props {
  readonly value: string
  readonly label: string
  readonly onChange: (value: string) => void
}

/** Narrows a list as one types. */
export function Filter({ value, label, onChange }: Props) {
  return (
    <label className={styles.filter}>
      <Search aria-hidden="true" />
      <input
        type="search"
        className="field-input"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}
