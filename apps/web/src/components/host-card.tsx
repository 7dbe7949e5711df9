import { useState } from 'react'
import { ConfirmButton } from './confirm-button.tsx'
import { CheckIcon, CopyIcon, PanelIcon } from './icons.tsx'
import { OpenPort } from './open-port.tsx'
import type { HostView } from '@drydock/playground/rpc'

interface Props {
  sessionId: string
  host: HostView
  onOpen: (port: number) => void
  onPreview: (port: number) => void
  onDelete: () => void
}

/** IP, memory, CPU, the SSH line, OPEN PORT, a chip for each published port, DELETE. */
export function HostCard({ sessionId, host, onOpen, onPreview, onDelete }: Props) {
  const ssh = `ssh ip${host.address.replaceAll('.', '-')}-${sessionId}@direct.${location.hostname}`
  return (
    <header className="card">
      <Field label="IP">{host.address}</Field>
      <Gauge label="Memory" part={host.memoryBytes / (host.memoryLimitBytes || 1)}>
        {memoryText(host)}
      </Gauge>
      <Gauge label="CPU" part={host.cpuShare}>
        {(100 * host.cpuShare).toFixed(2)}%
      </Gauge>
      <Field label="SSH">
        <code className="ssh">{ssh}</code>
        <CopyButton text={ssh} />
      </Field>
      <div className="ports">
        <OpenPort onOpen={onOpen} />
        {tcpPorts(host).map((port) => (
          <span className="chip" key={port}>
            <button
              type="button"
              aria-label={`Open port ${port}`}
              title={`Open port ${port} in a new tab`}
              onClick={() => onOpen(port)}
            >
              {port}
            </button>
            <button
              type="button"
              className="aside"
              aria-label={`Show port ${port} beside the terminal`}
              title="Show beside the terminal"
              onClick={() => onPreview(port)}
            >
              <PanelIcon />
            </button>
          </span>
        ))}
        <ConfirmButton
          className="button danger delete"
          label="Delete"
          question={`Delete ${host.name}?`}
          onConfirm={onDelete}
        />
      </div>
    </header>
  )
}

const tcpPorts = (host: HostView): number[] =>
  [...new Set(host.ports.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port))].sort((a, b) => a - b)

function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1200)
  }
  return (
    <button type="button" className="copy" aria-label="Copy the SSH line" onClick={() => void copy()}>
      {copied ? <CheckIcon /> : <CopyIcon />}
    </button>
  )
}

function Field({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="field">
      <span className="label">{label}</span>
      <span className="value">{children}</span>
    </div>
  )
}

function Gauge({ label, part, children }: { label: string; part: number; children: React.ReactNode }) {
  return (
    <div className="field">
      <span className="label">{label}</span>
      <span className="value">{children}</span>
      <meter min={0} max={1} value={Math.min(1, part)} aria-label={label} />
    </div>
  )
}

function memoryText({ memoryBytes, memoryLimitBytes }: HostView): string {
  if (memoryLimitBytes === 0) return 'starting'
  return `${((100 * memoryBytes) / memoryLimitBytes).toFixed(2)}% (${bytes(memoryBytes)} / ${bytes(memoryLimitBytes)})`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
function bytes(count: number): string {
  const power = count < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(count) / 10))
  return `${(count / 1024 ** power).toFixed(power > 1 ? 2 : 0)} ${UNITS[power]}`
}
