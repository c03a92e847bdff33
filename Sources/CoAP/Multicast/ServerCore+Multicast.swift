// SPDX-License-Identifier: Apache-2.0

extension ServerCore {
    /// Joins the configuration's groups beside every plain endpoint (RFC 7252 §8).
    ///
    /// - Returns: who answers them; nil without groups.
    /// - Throws: `CoAPError` with code `invalidArgument` for a group that no endpoint can answer, or an unknown interface.
    func joinGroups(beside endpoints: [SocketAddress], of context: CoAPContext?) throws(CoAPError)
        -> MulticastResponder?
    {
        guard !configuration.multicastGroups.isEmpty else { return nil }
        let responder = MulticastResponder(self)
        let sockets = context.map { EndpointSocket.watched(by: $0.fileDescriptor) } ?? []
        do throws(CoAPError) {
            for group in configuration.multicastGroups {
                var hasJoined = false
                for address in endpoints {
                    guard let socket = sockets.first(where: { EndpointSocket.localAddress(of: $0) == address }) else {
                        continue
                    }
                    hasJoined = try responder.join(group, endpoint: socket, at: address) || hasJoined
                }
                guard hasJoined else {
                    throw CoAPError(
                        .invalidArgument,
                        "no endpoint can answer for \(group): listen on a coap:// address of the same IP version too, as "
                            + "DTLS speaks to one host only")
                }
            }
        } catch {
            responder.close()
            throw error
        }
        return responder
    }
}
