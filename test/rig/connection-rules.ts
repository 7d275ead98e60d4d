/** What connections of a server in a test are told, where nothing of it is what is tested: time enough for all. */
import type { ConnectionRules } from '../../src/http/http-handler.js'

const patience = { milliseconds: 5000, longest: 0, bytesPerSecond: 0 }

export const connectionRules = {
  keepAliveTimeout: 5,
  stall: 0,
  silence: 5,
  headPatience: patience,
  bodyPatience: patience,
  stopping: false,
} satisfies ConnectionRules
