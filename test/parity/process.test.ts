/** See recorded.ts. */
import { holdToRecorded } from './recorded.js'

holdToRecorded('access', 'log', 'services', 'debug')
