/** See recorded.ts. */
import { holdToRecorded } from './recorded.js'

holdToRecorded('environ', 'frameworks', 'runmodwsgi', 'world', 'module', 'handlers')
