/** See recorded.ts. */
import { holdToRecorded } from './recorded.js'

holdToRecorded('requests', 'bodies', 'connections', 'files', 'compress', 'strictness', 'trust')
