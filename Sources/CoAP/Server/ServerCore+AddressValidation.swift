// SPDX-License-Identifier: Apache-2.0

// What peers get that have not shown to be where they say (RFC 9175 §2.4).
extension ServerCore {
    /// Judges a new session.
    func needsNoProof(_ peer: Peer) -> Bool {
        if peer.isSecure { return true }
        switch configuration.addressValidation {
        case .off: return true
        case .allPeers: return false
        case .remotePeers: return peer.address?.isLoopback ?? false
        }
    }

    /// Takes the proof out of a request, if it has one.
    ///
    /// - Returns: the challenge, when the request may not be carried out before the peer has answered it.
    func challenge(_ request: Request, on session: ServerSession, now: MonotonicTime) -> Response? {
        if let echo = request.options.echo, echoes.isValid(echo, for: session.peer.address, at: now) {
            session.isAddressProved = true
            return nil
        }
        // Reading is judged by how much is read; an observation would send again and again.
        let mayCostLittle = request.method.isSafe && !request.options.contains(.observe)
        return mayCostLittle ? nil : challenge(session, now: now)
    }

    private func challenge(_ session: ServerSession, now: MonotonicTime) -> Response {
        metrics.dropped("address")
        var response = Response(.unauthorized)
        response.options.echo = echoes.value(for: session.peer.address, at: now)
        return response
    }

    /// The response, or the challenge in its place when it is more than three times the request.
    func limited(_ response: Response, _ received: ReceivedRequest) -> Response {
        let request =
            4 + Int(received.key.token.count) + received.options.wireSize
            + (received.payload.isEmpty ? 0 : received.payload.count + 1)
        let size =
            4 + Int(received.key.token.count) + response.options.wireSize
            + (response.payload.isEmpty ? 0 : response.payload.count + 1)
        guard size > 3 * request, received.key.method.isSafe else { return response }
        return challenge(received.session, now: .now)
    }
}
