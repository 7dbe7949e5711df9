import type { ReactNode } from 'react'
import styles from './blank.module.css'

/** What a list shows that has nothing in it: why, and what to do. */
export function Blank({ icon, title, children }: { icon: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className={styles.blank}>
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <p className={styles.title}>{title}</p>
      {children && <p className={styles.hint}>{children}</p>}
    </div>
  )
}
