/** Which of the two protocols a connection speaks, told by its socket: only those of TLS are encrypted. */
import type { Socket } from 'node:net'

/** Whether a connection is one of HTTPS. */
export function isSecure(socket: Socket & { readonly encrypted?: boolean }): boolean {
  return socket.encrypted === true
}
