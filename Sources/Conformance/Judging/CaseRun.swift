// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A case under way: its channel, and what came on it. Belongs to one thread.
package final class CaseRun {
    let server: ServerUnderTest
    let log = WireLog()
    /// What is worth knowing of a case that passes.
    private(set) var notes: [String] = []
    /// False leaves confirmable messages of the server without acknowledgement.
    var acknowledges = true
    /// The tokens under which notifications may come at any time.
    var observed: Set<Token> = []
    /// The confirmable messages of the server in their order, repetitions too.
    private(set) var arrivals: [Arrival] = []

    /// True once a connection stood.
    private(set) var isConnected = false

    private var opened: WireChannel?
    private var heardBefore = 0
    private var inbox: [Message] = []
    private var nextID = UInt16.random(in: .min ... .max)
    private var usedIDs: Set<UInt16> = []
    private var answeredIDs: Set<UInt16> = []
    private var seenIDs: Set<UInt16> = []
    private var knownTokens: Set<Token> = []

    /// A case against a server.
    package init(_ server: ServerUnderTest) { self.server = server }

    /// True when anything came from the server.
    var wasHeard: Bool { heardBefore + (opened?.datagramsHeard ?? 0) > 0 }

    /// Notes something beside the verdict.
    func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }

    // MARK: - Channels

    /// The channel to the URI's endpoint, connected.
    func channel(_ loss: Loss? = nil) throws(CaseEnd) -> WireChannel {
        if let opened { return opened }
        let channel = try WireChannel(to: server.address, server.security, host: server.uri.host, log: log)
        use(channel)
        if case .failed(let reason) = channel.connect() { throw .fail("there is no DTLS connection: \(reason)") }
        if let dtls = channel.dtls, dtls.state != .connected {
            throw .fail("the server does not answer the handshake")
        }
        isConnected = true
        channel.loss = loss
        return channel
    }

    /// Makes another channel the case's own.
    func use(_ channel: WireChannel) {
        close()
        opened = channel
    }

    /// Ends the channel.
    func close() {
        heardBefore += opened?.datagramsHeard ?? 0
        opened?.goodbye()
        opened = nil
        inbox = []
        seenIDs = []
        answeredIDs = []
        usedIDs = []
    }

    // MARK: - Sending

    /// A request with the next message id and a token of its own unless one is given; without a path it has that of the options.
    func request(
        _ method: Method, _ path: String, type: MessageType = .confirmable, token: Token? = nil, query: [String] = [],
        _ options: [CoAPOption] = [], payload: [UInt8] = []
    ) -> Message {
        var all = Options(options)
        if !path.isEmpty { all.uriPath = path.split(separator: "/").map(String.init) }
        if !query.isEmpty { all.uriQuery = query }
        let own = token ?? Token((0..<4).map { _ in UInt8.random(in: .min ... .max) }) ?? .empty
        return Message(type, method.code, messageID: freshID(), token: own, options: all, payload: payload)
    }

    /// A message id that was not used yet.
    func freshID() -> UInt16 {
        nextID &+= 1
        return nextID
    }

    /// Sends a message and waits for nothing.
    func send(_ message: Message, remark: String = "") throws(CaseEnd) {
        // First: a channel that is opened forgets what was sent on another.
        let channel = try channel()
        if message.code != .empty { knownTokens.insert(message.token) }
        if message.type == .confirmable || message.type == .nonConfirmable { usedIDs.insert(message.messageID) }
        channel.send(message, remark: remark)
    }

    /// Refuses a message of the server (RFC 7252 §4.2).
    func reset(_ message: Message) throws(CaseEnd) {
        try send(Message(.reset, .empty, messageID: message.messageID))
    }

    /// Sends a request and waits for its response; confirmable ones are repeated until they are acknowledged
    /// (RFC 7252 §4.2, §4.8).
    func exchange(_ request: Message, within patience: Duration = .seconds(12)) throws(CaseEnd) -> Exchange {
        let channel = try channel()
        let patience = channel.loss == nil ? patience : .seconds(40)
        let deadline = MonotonicTime.now + patience
        var interval = Duration.seconds(2)
        var next = MonotonicTime.now + interval
        var transmissions = 1
        var acknowledgement: Message?
        try send(request)
        while MonotonicTime.now < deadline {
            while let message = take(where: { self.concerns($0, request, isAcknowledged: acknowledgement != nil) }) {
                if message.type == .reset { throw .fail("it refused \(text(of: request)) with a reset") }
                if message.type == .acknowledgement, message.code == .empty {
                    acknowledgement = message
                    continue
                }
                guard message.token == request.token else {
                    throw .fail("the response has the token '\(message.token)', and '\(request.token)' was sent")
                }
                guard message.code.isResponse else { throw .fail("it answered with the code \(message.code)") }
                answeredIDs.insert(request.messageID)
                let isPiggybacked = message.type == .acknowledgement
                return Exchange(
                    request: request, acknowledgement: isPiggybacked ? message : acknowledgement, response: message,
                    transmissions: transmissions)
            }
            let isRepeated = request.type == .confirmable && acknowledgement == nil && transmissions < 5
            try pump(until: isRepeated ? min(next, deadline) : deadline, pausing: true)
            if isRepeated, MonotonicTime.now >= next {
                channel.send(request, remark: "again")
                transmissions += 1
                interval *= 2
                next = MonotonicTime.now + interval
            }
        }
        let what = acknowledgement == nil ? "no answer" : "only an empty acknowledgement"
        throw .fail("\(what) to \(text(of: request)) within \(Int(patience.inSeconds)) s")
    }

    private func concerns(_ message: Message, _ request: Message, isAcknowledged: Bool) -> Bool {
        switch message.type {
        case .acknowledgement, .reset: message.messageID == request.messageID
        case .confirmable, .nonConfirmable:
            // Under a token that is observed it would be a notification, unless the response was announced.
            message.token == request.token && (isAcknowledged || !observed.contains(request.token))
        }
    }

    // MARK: - Receiving

    /// The first message that fits, of those that have come.
    func take(where fits: (Message) -> Bool) -> Message? {
        inbox.firstIndex(where: fits).map { inbox.remove(at: $0) }
    }

    /// Waits for a message that fits; nil when none comes in time.
    func next(within patience: Duration, where fits: (Message) -> Bool) throws(CaseEnd) -> Message? {
        let deadline = MonotonicTime.now + patience
        repeat {
            if let message = take(where: fits) { return message }
            try pump(until: deadline, pausing: true)
        } while MonotonicTime.now < deadline
        return take(where: fits)
    }

    /// Lets time pass while what comes is taken in.
    func pass(_ duration: Duration) throws(CaseEnd) { try pump(until: .now + duration, pausing: false) }

    /// Takes in what comes until then, or with `pausing` until something did.
    private func pump(until deadline: MonotonicTime, pausing: Bool) throws(CaseEnd) {
        let channel = try channel()
        while let bytes = channel.receive(until: deadline) {
            try arrive(bytes, channel)
            if pausing || MonotonicTime.now >= deadline { return }
        }
        if case .failed(let reason) = channel.dtls?.state { throw .fail("the DTLS connection ended: \(reason)") }
    }

    private func arrive(_ bytes: [UInt8], _ channel: WireChannel) throws(CaseEnd) {
        guard let message = Message(bytes) else {
            log.note("<- \(bytes.count) bytes: \(Hexadecimal.encode(bytes.prefix(64)))")
            throw .fail("it sent \(bytes.count) bytes that are no CoAP message (RFC 7252 §3)")
        }
        switch message.type {
        case .acknowledgement, .reset:
            log.note("<-", message)
            guard usedIDs.contains(message.messageID) else {
                throw .fail("it answers the message id \(message.messageID), which was never used")
            }
            // What is repeated because the request was is no news.
            if !answeredIDs.contains(message.messageID) { inbox.append(message) }
        case .confirmable, .nonConfirmable:
            let isConfirmable = message.type == .confirmable
            if isConfirmable {
                arrivals.append(Arrival(messageID: message.messageID, token: message.token, time: .now))
            }
            let isNew = seenIDs.insert(message.messageID).inserted
            log.note("<-", message, isNew ? "" : "again")
            let isKnown = message.code != .empty && knownTokens.contains(message.token)
            if isConfirmable, !isKnown {
                return channel.send(Message(.reset, .empty, messageID: message.messageID))
            }
            if isConfirmable, acknowledges {
                channel.send(Message(.acknowledgement, .empty, messageID: message.messageID))
            }
            if isNew { inbox.append(message) }
        }
    }

    /// A request in words for a person.
    func text(of request: Message) -> String { WireLog.text(of: request) }
}
