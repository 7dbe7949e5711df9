import { describePages } from './pages.ts'

describePages((page) => page === 'container_run')
