/** See recorded.ts. */
import { holdToRecorded } from './recorded.js'

holdToRecorded('responses', 'heads', 'options', 'setup')
