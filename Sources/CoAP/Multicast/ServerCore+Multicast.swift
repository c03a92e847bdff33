// SPDX-License-Identifier: Apache-2.0

import Logging

extension ServerCore {
    /// Joins the configuration's groups beside every plain endpoint (RFC 7252 §8).
    ///
    /// - Returns: who answers them; nil without groups.
    /// - Throws: `CoAPError` with code `invalidArgument` when there is none of the groups that an endpoint can answer.
    func joinGroups(beside endpoints: [SocketAddress], of context: CoAPContext?) throws(CoAPError)
        -> MulticastResponder?
    {
        guard !configuration.multicastGroups.isEmpty else { return nil }
        let responder = MulticastResponder(self)
        let sockets = context.map { EndpointSocket.watched(by: $0.fileDescriptor) } ?? []
        var failures: [CoAPError] = []
        for group in configuration.multicastGroups {
            var hasJoined = false
            var failure = CoAPError(
                .invalidArgument,
                "no endpoint can answer for \(group): listen on a coap:// address of the same IP version too, as DTLS speaks "
                    + "to one host only")
            for address in endpoints {
                guard let socket = sockets.first(where: { EndpointSocket.localAddress(of: $0) == address }) else {
                    continue
                }
                do throws(CoAPError) {
                    hasJoined = try responder.join(group, endpoint: socket, at: address) || hasJoined
                } catch {
                    failure = error
                }
            }
            if !hasJoined { failures.append(failure) }
        }
        guard failures.count < configuration.multicastGroups.count else {
            responder.close()
            throw failures[0]
        }
        // A host without IPv6 still answers on IPv4, and the other way round.
        for failure in failures {
            logger.info("a group is not answered", metadata: [LogKey.error: "\(failure)"])
        }
        return responder
    }
}
