/** What Apache's other modules do, held to what mod_wsgi-express was seen to do. */
import { holdToRecorded } from './recorded.js'

holdToRecorded('cgi', 'docs', 'telemetry')
