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
    func challenge(
        _ request: Request, token: Token, on session: ServerSession, now: MonotonicTime
    ) -> Response? {
        if let echo = request.options.echo, echoes.isValid(echo, for: session.peer.address, at: now) {
            session.isAddressProved = true
            return nil
        }
        // Reading is judged by how much is read; an observation would send again and again.
        let mayCostLittle = request.method.isSafe && !request.options.contains(.observe)
        if mayCostLittle { return nil }
        let size = Self.size(token: token, request.options, request.payload)
        return challenge(session, instead: Response(.unauthorized), token: token, requestSize: size, now: now)
    }

    /// The response, or the challenge in its place when it is more than three times the request.
    func limited(_ response: Response, _ received: ReceivedRequest) -> Response {
        let request = Self.size(token: received.key.token, received.options, received.payload)
        let size = Self.size(token: received.key.token, response.options, response.payload)
        guard size > 3 * request, received.key.method.isSafe else { return response }
        return challenge(
            received.session, instead: response, token: received.key.token, requestSize: request, now: .now)
    }

    /// The challenge; in answer to a request so short that even this is too much, the bare code.
    private func challenge(
        _ session: ServerSession, instead refused: Response, token: Token, requestSize: Int, now: MonotonicTime
    ) -> Response {
        metrics.dropped("address")
        var challenge = Response(.unauthorized)
        challenge.options.echo = echoes.value(for: session.peer.address, at: now)
        if Self.size(token: token, challenge.options, []) <= 3 * requestSize { return challenge }
        return Response(refused.code.isSuccess ? .unauthorized : refused.code)
    }

    private static func size(token: Token, _ options: Options, _ payload: [UInt8]) -> Int {
        4 + Int(token.count) + options.wireSize + (payload.isEmpty ? 0 : payload.count + 1)
    }
}
