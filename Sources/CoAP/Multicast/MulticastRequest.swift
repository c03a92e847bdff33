// SPDX-License-Identifier: Apache-2.0

/// A request to a group that a server may answer (RFC 7252 §8.1, §8.2). No I/O.
struct MulticastRequest {
    let request: Request
    let token: Token
    let messageID: UInt16
    let scan: OptionScan
    /// The size of the datagram.
    private let size: Int

    /// Reads a datagram; nil for what is passed over in silence: what is malformed, no non-confirmable request, a request that
    /// may change something, since nobody could tell who carried it out, or one with an option that must be understood and
    /// is not (RFC 7252 §5.4.1).
    init?(_ datagram: [UInt8]) {
        guard let message = Message(datagram), message.type == .nonConfirmable,
            let method = Method(rawValue: message.code.rawValue), method.isSafe
        else { return nil }
        var isUnderstood = true
        message.options.forEach { number, value in
            if number & 1 != 0, !Self.understood.contains(OptionNumber(rawValue: number)) { isUnderstood = false }
            // Longer paths and queries are as if not understood (§5.4.3, §5.10).
            if number == OptionNumber.uriPath.rawValue || number == OptionNumber.uriQuery.rawValue, value.count > 255 {
                isUnderstood = false
            }
            return isUnderstood
        }
        guard isUnderstood else { return nil }
        request = Request(method: method, options: message.options, payload: message.payload)
        token = message.token
        messageID = message.messageID
        scan = OptionScan(message.options)
        // Bodies of several blocks are for one server alone (RFC 7959 §2.8).
        guard (scan.block1 ?? 0) >> 3 == 0, (scan.block2 ?? 0) >> 4 == 0 else { return nil }
        size = datagram.count
    }

    /// True when nothing is sent: errors, empty lists, and what the client does not want (RFC 7252 §8.2.1, RFC 6690 §4.1,
    /// RFC 7967 §2.1).
    func suppresses(_ response: Response, route: String) -> Bool {
        !response.code.isSuccess
            || response.payload.isEmpty && response.stream == nil && route == WellKnownCore.route
            || scan.noResponse & (1 << (response.code.class &- 1)) != 0
    }

    /// How many bytes options and payload of the answer may have: one message, and to a source that may be forged three times
    /// the request (RFC 9175 §2.4).
    func room(isAddressProved: Bool) -> Int { min(1152, isAddressProved ? 1152 : 3 * size) - 4 - Int(token.count) }

    private static let understood: Set<OptionNumber> = [
        .ifMatch, .uriHost, .ifNoneMatch, .uriPort, .uriPath, .uriQuery, .accept, .block2, .block1,
    ]
}
