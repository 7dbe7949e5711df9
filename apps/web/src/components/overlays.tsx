import type { HostView, SessionView } from '@drydock/playground/rpc'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import type { SessionClient } from '../client/session-client.ts'
import type { TimeTravel } from '../timeline/use-time-travel.ts'
import { Toasts } from './kit/toasts.tsx'

export type OverlayName = 'palette' | 'settings'

export interface OverlayState {
  readonly open: OverlayName | undefined
  show(overlay: OverlayName | undefined): void
}

export function useOverlay(): OverlayState {
  const [open, setOpen] = useState<OverlayName>()
  const show = useCallback((overlay: OverlayName | undefined) => setOpen(overlay), [])
  return useMemo(() => ({ open, show }), [open, show])
}

export interface OverlayProps {
  readonly overlay: OverlayState
  readonly travel: TimeTravel
  readonly view: SessionView
  readonly client: SessionClient
  readonly host: HostView | undefined
  readonly onSelect: (host: string) => void
  readonly onAdd: () => Promise<void>
  readonly onOpenPort: (port: number) => void
}

const Palette = lazy(() => import('./palette/palette.tsx'))
const SettingsDialog = lazy(() => import('./settings/settings-dialog.tsx'))

/** Windows over the page; each is loaded when first opened. */
export function Overlays(props: OverlayProps) {
  const { overlay, travel, view } = props
  const undo = (id: number): void => {
    const moment = view.moments.find((each) => each.id === id)
    if (moment) void travel.goBack(moment)
  }
  return (
    <>
      <Suspense>
        {overlay.open === 'palette' && <Palette {...props} />}
        {overlay.open === 'settings' && <SettingsDialog onClose={() => overlay.show(undefined)} />}
      </Suspense>
      <Toasts onUndo={undo} />
    </>
  )
}
