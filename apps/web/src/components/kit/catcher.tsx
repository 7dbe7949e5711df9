import { TriangleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Blank } from './blank.tsx'

interface Props {
  readonly title: string
  readonly again: string
  readonly children: ReactNode
}

interface State {
  readonly error: Error | undefined
}

/** Keeps what goes wrong in a part of the page from taking the rest with it. */
export class Catcher extends Component<Props, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <Blank icon={<TriangleAlert />} title={this.props.title}>
        <span>{error.message}</span>{' '}
        <button type="button" className="button small" onClick={() => this.setState({ error: undefined })}>
          {this.props.again}
        </button>
      </Blank>
    )
  }
}
