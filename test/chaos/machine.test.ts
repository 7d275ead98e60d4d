import { tryAll } from './short-form.js'
import { trialsOfMachine } from './trials.mjs'

tryAll('a machine', trialsOfMachine)
