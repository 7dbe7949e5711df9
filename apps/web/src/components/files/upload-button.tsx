import { Upload } from 'lucide-react'
import { useRef } from 'react'
import { useText } from '../../messages/use-text.ts'
import { IconButton } from '../kit/icon-button.tsx'
import { chosenFiles, type LocalFile } from './upload.ts'

/** Asks for files of the reader's own machine. */
export function UploadButton({ onChosen }: { readonly onChosen: (files: readonly LocalFile[]) => void }) {
  const text = useText()
  const picker = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton label={text('upload')} onClick={() => picker.current?.click()}>
        <Upload />
      </IconButton>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={text('upload')}
        onChange={(event) => onChosen(chosenFiles(event.target.files ?? []))}
      />
    </>
  )
}
