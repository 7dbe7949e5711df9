import { describePages } from './pages.ts'

describePages((page) => page.startsWith('container_') && page !== 'container_run')
