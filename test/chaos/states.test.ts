import { tryAll } from './short-form.js'
import { trialsOfStates } from './trials.mjs'

tryAll('a server bears', trialsOfStates)
