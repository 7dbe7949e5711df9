import { createRoot } from 'react-dom/client'
import '@xterm/xterm/css/xterm.css'
import './theme.css'
import { App } from './components/app.tsx'

const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
