import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { useText } from '../../messages/use-text.ts'
import styles from './dialog.module.css'
import { IconButton } from './icon-button.tsx'

interface Props {
  readonly title: string
  readonly description?: string | undefined
  readonly wide?: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A window over the page; Escape, the cross and a click beside it close it. */
export function Dialog({ title, description, wide = false, onClose, children }: Props) {
  const text = useText()
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={styles.veil} />
        <Radix.Content
          className={`${styles.window} ${wide ? styles.wide : ''}`}
          onOpenAutoFocus={focusFirstField}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <header className={styles.head}>
            <Radix.Title className={styles.title}>{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label={text('close')}>
                <X />
              </IconButton>
            </Radix.Close>
          </header>
          {description && <Radix.Description className={styles.description}>{description}</Radix.Description>}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** Into the first field, or the window itself: never onto the cross, whose tip would open. */
function focusFirstField(event: Event): void {
  event.preventDefault()
  if (!(event.currentTarget instanceof HTMLElement)) return
  const field = event.currentTarget.querySelector<HTMLElement>(
    'input, select, textarea, [role="radio"][aria-checked="true"]',
  )
  ;(field ?? event.currentTarget).focus()
}
