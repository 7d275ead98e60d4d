/** See recorded.ts. */
import { holdToRecorded } from './recorded.js'

holdToRecorded('proxy', 'together')
