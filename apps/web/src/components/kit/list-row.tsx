import type { ReactNode } from 'react'
import styles from './list.module.css'

interface Props {
  readonly icon: ReactNode
  readonly name: string
  readonly facts: ReactNode
  readonly aside: ReactNode
  readonly onShow: () => void
  /** What can be done with the object: buttons. */
  readonly children?: ReactNode
}

/** One object of a list: all but its buttons opens it. */
export function ListRow({ icon, name, facts, aside, onShow, children }: Props) {
  return (
    <li className={styles.row}>
      <button type="button" className={styles.main} onClick={onShow}>
        {icon}
        <span className={styles.names}>
          <b>{name}</b>
          <span>{facts}</span>
        </span>
        <span className={styles.aside}>{aside}</span>
      </button>
      {children}
    </li>
  )
}
