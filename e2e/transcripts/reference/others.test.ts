import { describePages } from './pages.ts'

describePages((page) => !page.startsWith('container_'))
