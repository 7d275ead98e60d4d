import { tryAll } from './short-form.js'
import { trialsOfWorkers } from './trials.mjs'

tryAll('workers and clients', trialsOfWorkers)
