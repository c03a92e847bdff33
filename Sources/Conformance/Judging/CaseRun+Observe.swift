// SPDX-License-Identifier: Apache-2.0

import CoAP

/// An observation that the server took.
struct Observation: Sendable {
    let path: String
    let token: Token
    /// The response to the registration.
    let first: Message
}

extension CaseRun {
    /// How long a notification may take: the resources change every five seconds.
    static let period = Duration.seconds(5)
    static let patience = Duration.seconds(9)

    /// Registers (RFC 7641 §3.1).
    func observe(_ path: String, token: Token? = nil, _ options: [CoAPOption] = []) throws(CaseEnd) -> Observation {
        let request = request(.get, path, token: token, [CoAPOption(.observe, uint: 0)] + options)
        let response = try exchange(request).response
        observed.insert(request.token)
        try expectContent(response)
        try expect(
            response.options.contains(.observe), "it did not take the observation: no Observe in its response")
        return Observation(path: path, token: request.token, first: response)
    }

    /// The next notification of an observation (RFC 7641 §3.2).
    func notification(_ observation: Observation, within patience: Duration = patience) throws(CaseEnd) -> Message {
        guard let message = try anyNotification(observation, within: patience) else {
            throw .fail("no notification of /\(observation.path) within \(Int(patience.inSeconds)) s")
        }
        return message
    }

    /// The next notification, or nil.
    func anyNotification(_ observation: Observation, within patience: Duration) throws(CaseEnd) -> Message? {
        try next(within: patience) {
            $0.token == observation.token && ($0.type == .confirmable || $0.type == .nonConfirmable)
        }
    }

    /// Demands that nothing comes under an observation's token any more.
    func expectSilence(_ observation: Observation, for time: Duration) throws(CaseEnd) {
        // What crossed this side's message on the way is no fault.
        try pass(.milliseconds(300))
        while take(where: { $0.token == observation.token }) != nil {}
        if let late = try anyNotification(observation, within: time) {
            throw .fail("a notification came after the observation had ended: \(text(of: late))")
        }
    }

    /// Demands what every notification has: 2.05, the first response's Content-Format, and an Observe that is newer
    /// (RFC 7641 §3.4, §4.2).
    func expectNotification(
        _ message: Message, after previous: Message, type: MessageType? = nil
    ) throws(CaseEnd) {
        if let type { try expect(message.type == type, "the notification is \(message.type), not \(type)") }
        try expectContent(message)
        try expect(
            message.options.contentFormat == previous.options.contentFormat,
            "the notification has another Content-Format than the response before it")
        guard let before = previous.options.observe, let now = message.options.observe else {
            throw .fail("the notification has no Observe")
        }
        // Serial numbers of 24 bits (RFC 7641 §3.4); within 128 s no other order is possible.
        let step = (now &- before) & 0xFF_FFFF
        try expect(
            step > 0 && step < 1 << 23, "Observe did not increase: \(before), then \(now) (RFC 7641 §4.4)")
    }

    /// Demands a notification that ends an observation: an error without Observe (RFC 7641 §4.2).
    func expectEnd(_ observation: Observation, _ code: Code) throws(CaseEnd) {
        let message = try next(within: .seconds(6)) {
            $0.token == observation.token && $0.code != .content
                && ($0.type == .confirmable || $0.type == .nonConfirmable)
        }
        guard let message else { throw .fail("no notification with \(code) within 6 s") }
        try expect(message, code)
        try expect(!message.options.contains(.observe), "the last notification has an Observe")
        observed.remove(observation.token)
    }
}
