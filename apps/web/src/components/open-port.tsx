import { type FormEvent, useState } from 'react'

/** Asks for a port beside the button and opens it. */
export function OpenPort({ onOpen }: { onOpen: (port: number) => void }) {
  const [asking, setAsking] = useState(false)
  const [port, setPort] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsking(false)
    onOpen(Number(port))
  }
  return (
    <span className="open-port">
      <button type="button" className="button" aria-expanded={asking} onClick={() => setAsking(!asking)}>
        Open port
      </button>
      {asking && (
        <form onSubmit={submit}>
          <input
            type="number"
            aria-label="Port"
            min={1}
            max={65535}
            required
            ref={(input) => input?.focus()}
            placeholder="8080"
            value={port}
            onChange={(event) => setPort(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && setAsking(false)}
          />
          <button type="submit" className="button">
            Open
          </button>
        </form>
      )}
    </span>
  )
}
