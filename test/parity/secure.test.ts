/** See recorded.ts. */
import { holdToRecorded } from './recorded.js'

holdToRecorded('tls', 'http2')
