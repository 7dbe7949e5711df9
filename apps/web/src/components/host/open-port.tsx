import { EthernetPort } from 'lucide-react'
import { Popover } from 'radix-ui'
import { type FormEvent, useState } from 'react'
import { useText } from '../../messages/use-text.ts'
import styles from './open-port.module.css'

/** Asks for a port below the button and opens it. */
export function OpenPort({ onOpen }: { onOpen: (port: number) => void }) {
  const text = useText()
  const [asking, setAsking] = useState(false)
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    setAsking(false)
    onOpen(Number(new FormData(event.currentTarget).get('port')))
  }
  return (
    <Popover.Root open={asking} onOpenChange={setAsking}>
      <Popover.Trigger asChild>
        <button type="button" className={`button ${styles.trigger}`}>
          <EthernetPort aria-hidden="true" />
          <span className="word">{text('openPort')}</span>
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className={styles.box} align="end" sideOffset={4} collisionPadding={8}>
          <form className={styles.form} onSubmit={submit}>
            <input
              className="field-input"
              type="number"
              name="port"
              aria-label={text('port')}
              min={1}
              max={65535}
              required
              placeholder="8080"
            />
            <button type="submit" className="button primary">
              {text('open')}
            </button>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
